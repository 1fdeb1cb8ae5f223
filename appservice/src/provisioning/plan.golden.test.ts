import { describe, expect, it } from "vitest";
import type { Organisation } from "../organisation/index.ts";
import { organisation, person, unit } from "../testing/organisations.ts";
import type { Action } from "./action.ts";
import type { Held } from "./brake.ts";
import type { Observed, ObservedAccount } from "./observed.ts";
import { pieceName } from "./pieces.ts";
import { defaultPolicy } from "../testing/policy.ts";
import type { Policy } from "../policy/index.ts";
import { afterwards, NOTHING, planOf, provisioned } from "./simulate.ts";

/** One room for each unit: what a case is about stays in sight. */
const policy: Policy = {
  ...defaultPolicy,
  templates: defaultPolicy.templates.filter(({ id }) => id === "general"),
};

/** What an action does, and to what. */
function doingOf(action: Action): string {
  switch (action.kind) {
    case "put-account":
      return `put-account ${action.account.sourceId}`;
    case "create-room":
      return `create-room ${action.room.key}`;
    case "set-state":
      return `set-state ${action.key} ${pieceName(action.piece)}`;
    case "hand-over":
      return `hand-over ${action.key} to ${action.invites.join(", ")}`;
    case "step-out":
      return `step-out ${action.key}`;
    case "join":
    case "invite":
      return `${action.kind} ${action.userId} into ${action.key}`;
    case "remove-member":
    case "leave-room":
      return `${action.kind} ${action.userId} from ${action.key}`;
    case "lock-account":
    case "erase-account":
      return `${action.kind} ${action.sourceId}`;
  }
}

/** An action as a line: what is done, to what, by which rule. */
const lineOf = (action: Action): string => `${doingOf(action)} (${action.reason.rule})`;

const heldLineOf = ({ action, cause }: Held): string =>
  `${doingOf(action)}: ${cause.scope}, ${cause.removals} of ${cause.allowed}`;

const stadt = unit("stadt", { kind: "city", name: "Stadt" });
const amt = unit("12", { parent: "stadt", number: "12", name: "IT" });
const anna = person("anna", ["12"]);
const ben = person("ben", ["12"]);
const office = organisation([unit("12", { number: "12", name: "IT" })], [anna]);

type Case = {
  /** Provisioned before; nothing, if left out. */
  readonly before?: Organisation;
  /** What was done to the observed besides, for accidents. */
  readonly meanwhile?: (observed: Observed) => Observed;
  readonly now: Organisation;
  readonly urgent?: string;
  readonly actions: readonly string[];
  readonly held?: readonly string[];
};

const cases: Readonly<Record<string, Case>> = {
  "01 a new person is registered, then let into the space of their unit, then into its room": {
    now: office,
    actions: [
      "put-account anna (person-is-new)",
      "create-room space:12 (unit-has-room)",
      "set-state space:12 m.space.child|room:12:general (room-is-new)",
      "join @anna:t into space:12 (person-belongs-to-unit)",
      "create-room room:12:general (unit-has-room)",
      "join @anna:t into room:12:general (person-belongs-to-unit)",
    ],
  },
  "02 a second plan is empty": { before: office, now: office, actions: [] },
  "03 a person who marries gets their new name, and nothing else happens": {
    before: office,
    now: { ...office, people: [{ ...anna, familyName: "Öztürk" }] },
    actions: ["put-account anna (person-has-changed)"],
  },
  "04 a new address is written": {
    before: office,
    now: { ...office, people: [{ ...anna, mail: "neu@stadt.example" }] },
    actions: ["put-account anna (person-has-changed)"],
  },
  "05 a telephone number is nobody's business on the homeserver": {
    before: office,
    now: { ...office, people: [{ ...anna, phone: "0221 1" }] },
    actions: [],
  },
  "06 a person in no unit gets an account and no room": {
    before: office,
    now: { ...office, people: [anna, person("carla", [])] },
    actions: ["put-account carla (person-is-new)"],
  },
  "07 a unit that hangs below another links up when it is made, and is linked down to after": {
    before: organisation([stadt], [person("ob", ["stadt:head"])]),
    now: organisation([stadt, unit("12", { parent: "stadt" })], [person("ob", ["stadt:head"])]),
    actions: [
      "set-state space:stadt m.space.child|space:12 (room-lacks-it)",
      "create-room space:12 (unit-has-room)",
    ],
  },
  "08 a unit without people has a space and no room": {
    before: organisation([stadt], [ben]),
    now: organisation([stadt], [ben]),
    actions: [],
  },
  "09 the first person of a unit brings its room": {
    before: organisation([unit("12")], [person("x", [])]),
    now: organisation([unit("12")], [person("x", ["12"])]),
    actions: [
      "set-state space:12 m.space.child|room:12:general (room-lacks-it)",
      "join @x:t into space:12 (person-belongs-to-unit)",
      "create-room room:12:general (unit-has-room)",
      "join @x:t into room:12:general (person-belongs-to-unit)",
    ],
  },
  "10 a renamed unit keeps its rooms, which take the name": {
    before: office,
    now: { ...office, units: [unit("12", { number: "12", name: "Digitales" })] },
    actions: [
      "set-state space:12 m.room.name (room-differs)",
      "set-state space:12 m.room.topic (room-differs)",
      "set-state room:12:general m.room.name (room-differs)",
      "set-state room:12:general m.room.topic (room-differs)",
    ],
  },
  "11 a unit with another number keeps its rooms as well, and its mark changes": {
    before: office,
    now: { ...office, units: [unit("12", { number: "13", name: "IT" })] },
    actions: [
      "set-state space:12 m.room.name (room-differs)",
      "set-state space:12 m.room.topic (room-differs)",
      "set-state space:12 eu.townhall.managed (room-differs)",
      "set-state room:12:general m.room.name (room-differs)",
      "set-state room:12:general m.room.topic (room-differs)",
      "set-state room:12:general eu.townhall.managed (room-differs)",
    ],
  },
  "12 who comes into a second unit is let into it, and stays in the first": {
    before: organisation([unit("12"), unit("37")], [anna, person("ben", ["37"])]),
    now: organisation(
      [unit("12"), unit("37")],
      [person("anna", ["12", "37"]), person("ben", ["37"])],
    ),
    actions: [
      "join @anna:t into space:37 (person-belongs-to-unit)",
      "join @anna:t into room:37:general (person-belongs-to-unit)",
    ],
  },
  "13 who has left is locked at once, then taken out of the space, then of its rooms": {
    before: { ...office, people: [anna, ben] },
    now: office,
    actions: [
      "! lock-account ben (person-has-left)",
      "remove-member @ben:t from space:12 (person-no-longer-belongs)",
      "remove-member @ben:t from room:12:general (person-no-longer-belongs)",
    ],
  },
  "14 who moves is let into the new unit, and taken out of the old": {
    before: organisation([unit("12"), unit("37")], [anna, ben, person("c", ["37"])]),
    now: organisation([unit("12"), unit("37")], [anna, person("ben", ["37"]), person("c", ["37"])]),
    actions: [
      "join @ben:t into space:37 (person-belongs-to-unit)",
      "join @ben:t into room:37:general (person-belongs-to-unit)",
      "remove-member @ben:t from space:12 (person-no-longer-belongs)",
      "remove-member @ben:t from room:12:general (person-no-longer-belongs)",
    ],
  },
  "15 a directory that answers with nothing changes nothing: all is held": {
    before: office,
    now: organisation([], []),
    actions: [],
    held: [
      "lock-account anna: empty-source, 1 of 0",
      "remove-member @anna:t from space:12: empty-source, 1 of 0",
      "remove-member @anna:t from room:12:general: empty-source, 1 of 0",
    ],
  },
  "16 who becomes head gets power in the room by one event, and enters nothing anew": {
    before: office,
    now: { ...office, people: [person("anna", ["12:head"])] },
    actions: ["set-state room:12:general m.room.power_levels (room-differs)"],
  },
  "17 who is head no longer loses it, and stays": {
    before: { ...office, people: [person("anna", ["12:head"])] },
    now: office,
    actions: ["set-state room:12:general m.room.power_levels (room-differs)"],
  },
  "18 a person whose account was chosen but never made is registered": {
    meanwhile: () => ({
      ...NOTHING,
      accounts: new Map([["carla", { ...accountOf("carla"), applied: undefined }]]),
    }),
    now: organisation([stadt], [person("carla", [])]),
    actions: ["put-account carla (person-is-new)", "create-room space:stadt (unit-has-room)"],
  },
  "19 a room found again after a crash is written anew, its people stay": {
    before: office,
    meanwhile: ({ accounts, rooms }) => ({
      accounts,
      rooms: new Map(
        [...rooms].map(([key, room]) => [
          key,
          key === "space:12" ? { ...room, applied: {} } : room,
        ]),
      ),
    }),
    now: office,
    actions: [
      "set-state space:12 m.room.name (room-was-found)",
      "set-state space:12 m.room.topic (room-was-found)",
      "set-state space:12 m.room.power_levels (room-was-found)",
      "set-state space:12 eu.townhall.managed (room-was-found)",
      "set-state space:12 m.room.join_rules (room-was-found)",
      "set-state space:12 m.room.history_visibility (room-was-found)",
      "set-state space:12 m.room.guest_access (room-was-found)",
      "set-state space:12 m.space.child|room:12:general (room-was-found)",
    ],
  },
  "20 who is in the space already only needs to enter the room": {
    before: office,
    meanwhile: (observed) =>
      afterwards(
        { ...observed, accounts: new Map([...observed.accounts, ["ben", accountOf("ben")]]) },
        [admitted("@ben:t", "space:12")],
      ),
    now: { ...office, people: [anna, ben] },
    actions: ["join @ben:t into room:12:general (person-belongs-to-unit)"],
  },
  "21 what somebody waits for comes first, with all that it needs": {
    now: organisation(
      [stadt, unit("37", { parent: "stadt" }), amt],
      [person("ob", ["stadt"]), person("carla", ["37"]), anna],
    ),
    urgent: "12",
    actions: [
      "! put-account anna (person-is-new)",
      "! create-room space:stadt (unit-has-room)",
      "! create-room space:12 (unit-has-room)",
      "! set-state space:12 m.space.child|room:12:general (room-is-new)",
      "! join @anna:t into space:12 (person-belongs-to-unit)",
      "! create-room room:12:general (unit-has-room)",
      "! join @anna:t into room:12:general (person-belongs-to-unit)",
      "put-account ob (person-is-new)",
      "put-account carla (person-is-new)",
      "set-state space:stadt m.space.child|room:stadt:general (room-is-new)",
      "set-state space:stadt m.space.child|space:37 (room-is-new)",
      "set-state space:stadt m.space.child|space:12 (room-is-new)",
      "join @ob:t into space:stadt (person-belongs-to-unit)",
      "create-room room:stadt:general (unit-has-room)",
      "join @ob:t into room:stadt:general (person-belongs-to-unit)",
      "create-room space:37 (unit-has-room)",
      "set-state space:37 m.space.child|room:37:general (room-is-new)",
      "join @carla:t into space:37 (person-belongs-to-unit)",
      "create-room room:37:general (unit-has-room)",
      "join @carla:t into room:37:general (person-belongs-to-unit)",
    ],
  },
  "22 who comes back is let in again, and gets back what they had": {
    before: { ...office, people: [anna, ben] },
    meanwhile: (observed) => provisioned(office, policy, observed),
    now: { ...office, people: [anna, ben] },
    actions: [
      "put-account ben (person-is-back)",
      "join @ben:t into space:12 (person-belongs-to-unit)",
      "join @ben:t into room:12:general (person-belongs-to-unit)",
    ],
  },
  "23 a unit that is no more loses its people; its rooms stay, empty": {
    before: organisation([unit("12"), unit("37")], [anna, person("ben", ["37"])]),
    now: organisation([unit("12")], [anna, person("ben", [])]),
    actions: [
      "remove-member @ben:t from space:37 (person-no-longer-belongs)",
      "remove-member @ben:t from room:37:general (person-no-longer-belongs)",
    ],
  },
};

const muster = (id: string) => ({ displayName: `${id} Muster`, mail: `${id}@stadt.example` });
function accountOf(id: string): ObservedAccount {
  return { userId: `@${id}:t`, applied: muster(id), lockedAt: undefined };
}

function admitted(userId: string, key: string): Action {
  const reason = { rule: "person-belongs-to-unit", subject: key };
  return { kind: "join", id: "by-hand", reason, needs: [], urgent: false, key, userId };
}

describe("a plan", () => {
  it.each(Object.entries(cases))("%s", (_, { before, meanwhile, now, urgent, actions, held }) => {
    const found = before === undefined ? NOTHING : provisioned(before, policy);
    const observed = meanwhile?.(found) ?? found;
    const made = planOf(now, policy, observed, (id) => id === urgent);
    expect(made.actions.map((one) => `${one.urgent ? "! " : ""}${lineOf(one)}`)).toEqual(actions);
    expect(made.held.map(heldLineOf)).toEqual(held ?? []);
  });
});

describe("the rooms of the default policy", () => {
  const people = [
    person("chef", ["12:head"]),
    person("vize", ["12:deputy"]),
    anna,
    person("gast", ["12:guest"]),
    person("abtl", ["12", "121:head"]),
    person("tief", ["121"]),
  ];
  const { rooms } = provisioned(
    organisation([unit("12"), unit("121", { parent: "12", kind: "division" })], people),
    defaultPolicy,
  );
  const membersOf = (key: string) =>
    [...(rooms.get(key)?.members ?? [])].map((userId) => userId.slice(1, -2));
  const powerIn = (key: string) => rooms.get(key)?.applied["m.room.power_levels"];

  it("hold everybody of the unit in the common room and in the announcements", () => {
    expect(membersOf("room:12:general")).toEqual(["chef", "vize", "anna", "gast", "abtl"]);
    expect(membersOf("room:12:announcements")).toEqual(membersOf("room:12:general"));
  });

  it("hold the leads with the leads right below, and nobody else", () => {
    expect(membersOf("room:12:leads")).toEqual(["chef", "vize", "abtl"]);
  });

  it("let leads alone write announcements, everybody react to them", () => {
    expect(powerIn("room:12:announcements")).toMatchObject({
      users: { "@chef:t": 50, "@vize:t": 50 },
      users_default: 0,
      events_default: 50,
      events: { "m.reaction": 0 },
    });
    expect(powerIn("room:12:general")).toMatchObject({ events_default: 0 });
  });

  it("let nobody but the provisioning account change name, members or rules", () => {
    for (const key of rooms.keys()) {
      expect(powerIn(key)).toMatchObject({
        state_default: 100,
        invite: 100,
        kick: 100,
        ban: 100,
        events: { "m.room.name": 100, "m.room.power_levels": 100, "m.room.encryption": 100 },
      });
      expect(Object.values((powerIn(key) as { users: object }).users)).not.toContain(100);
    }
  });

  it("keep a division's people out of the office's rooms unless they belong to it too", () => {
    expect(membersOf("room:12:general")).not.toContain("tief");
    expect(membersOf("space:12")).not.toContain("tief");
    expect(membersOf("room:121:general")).toEqual(["abtl", "tief"]);
  });
});
