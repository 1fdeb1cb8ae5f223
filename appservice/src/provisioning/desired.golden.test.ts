import { ROOM_CLASS_TYPE } from "@klaaf/protocol";
import { describe, expect, it } from "vitest";
import type { Organisation } from "../organisation/index.ts";
import type { Policy } from "../policy/index.ts";
import { organisation, person, unit } from "../testing/organisations.ts";
import { defaultPolicy } from "../testing/policy.ts";
import { desiredState } from "./desired.ts";
import type { DesiredRoom } from "./desired-room.ts";

const TODAY = "2026-11-24";
const general = defaultPolicy.templates.filter(({ id }) => id === "general");
/** One room for each unit: what a case is about stays in sight. */
const plainPolicy: Policy = { ...defaultPolicy, templates: general };
const withTemplate = (change: Partial<Policy["templates"][number]>): Policy => ({
  ...plainPolicy,
  templates: general.map((template) => ({ ...template, ...change })),
});
const withProjects = (change: Partial<Policy["projects"]>): Policy => ({
  ...plainPolicy,
  projects: { ...plainPolicy.projects, ...change },
});

const nameOf = (userId: string) => userId.replace(/^@([^:]*):stadt\.example$/, "$1");
const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? { ...value } : {};

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);

/** How somebody comes in. */
function doorOf({ state }: DesiredRoom): string {
  for (const piece of state) {
    if (piece.kind === "join-through") return `through ${piece.space}`;
    if (piece.kind !== "plain" || piece.type !== "m.room.join_rules") continue;
    return piece.content["join_rule"] === "invite" ? "by invitation" : "on our word";
  }
  return "none";
}

const contentOf = ({ state }: DesiredRoom, type: string): Readonly<Record<string, unknown>> =>
  state.flatMap((piece) =>
    piece.kind === "plain" && piece.type === type ? [piece.content] : [],
  )[0] ?? {};

/** A room as a line: who is in it, with what power, and what is special about it. */
function lineOf(room: DesiredRoom): string {
  const levels = record(room.powerLevels["users"]);
  const people = room.members.map(nameOf).map((name, nth) => {
    const level = levels[room.members[nth] ?? ""];
    return level === undefined ? name : `${name}*${textOf(level)}`;
  });
  const roomClass = contentOf(room, ROOM_CLASS_TYPE);
  const visibility = contentOf(room, "m.room.history_visibility")["history_visibility"];
  const acl = contentOf(room, "m.room.server_acl")["allow"];
  return [
    `${room.key}: ${people.length === 0 ? "nobody" : people.join(" ")}`,
    ...(room.invited.length === 0 ? [] : [`invites ${room.invited.join(" ")}`]),
    ...(room.entry === "managed" ? [] : ["its members let others in"]),
    ...(roomClass["protection"] === undefined || roomClass["protection"] === "intern"
      ? []
      : [textOf(roomClass["protection"])]),
    ...(roomClass["record"] === "akte" ? ["akte"] : []),
    ...(contentOf(room, "m.room.encryption")["algorithm"] === undefined ? [] : ["encrypted"]),
    ...(visibility === "shared" ? [] : [`history ${textOf(visibility)}`]),
    ...(room.powerLevels["events_default"] === 100 ? ["nobody writes"] : []),
    ...(!room.isSpace && room.powerLevels["events_default"] === 50 ? ["leads write"] : []),
    ...(room.powerLevels["invite"] === 100
      ? []
      : [`inviting needs ${textOf(room.powerLevels["invite"])}`]),
    ...(room.federated ? ["federated"] : []),
    ...(Array.isArray(acl) ? [`servers ${acl.join(" ")}`] : []),
    ...(room.additionalCreators.length === 0
      ? []
      : [`creators ${room.additionalCreators.join(" ")}`]),
  ].join(", ");
}

const stadt = unit("stadt", { kind: "city", name: "Stadt" });
const amt = unit("12", { parent: "stadt", number: "12", name: "IT" });
const abteilung = unit("121", { parent: "12", kind: "division", number: "121", name: "Betrieb" });
const rat = { id: "personalrat", name: "Personalrat", members: ["anna", "ben"] };
const wache = {
  id: "wache",
  name: "Neue Wache",
  owner: "anna",
  members: ["ben"],
  until: "2027-03-31",
  partners: [{ server: "planung.example", people: ["@petra:planung.example"] }],
};
const annaAndBen = [person("anna", ["12"]), person("ben", ["12"])];
const office = (more: Partial<Organisation>): Organisation => ({
  ...organisation([amt], annaAndBen),
  ...more,
});

type Case = {
  readonly of: Organisation;
  readonly policy?: Policy;
  readonly today?: string;
  /** Rooms that the case speaks of, by the start of their keys; spaces are left out unless named. */
  readonly shown?: readonly string[];
  readonly rooms: readonly string[];
  readonly notes?: readonly string[];
};

const cases: Readonly<Record<string, Case>> = {
  "01 a unit is a space with a room that the space opens": {
    of: organisation([amt], [person("chef", ["12:head"]), person("ben", ["12"])]),
    shown: ["space:", "room:"],
    rooms: ["space:12: chef ben", "room:12:general: chef*50 ben"],
  },
  "02 a tree of any depth is a tree of spaces; whoever is below is not above": {
    of: organisation(
      [stadt, amt, abteilung],
      [person("ob", ["stadt:head"]), person("chef", ["12:head"]), person("abtl", ["121:head"])],
    ),
    shown: ["space:"],
    rooms: ["space:stadt: ob", "space:12: chef", "space:121: abtl"],
  },
  "03 a unit without people has a space and no room": {
    of: organisation([amt], [person("x", [])]),
    shown: ["space:", "room:"],
    rooms: ["space:12: nobody"],
  },
  "04 one has several functions at once, each with its power there": {
    of: organisation(
      [amt, unit("37", { number: "37" })],
      [person("anna", ["12:head", "37:member"]), person("vera", ["37:head"])],
    ),
    rooms: ["room:12:general: anna*50", "room:37:general: anna vera*50"],
  },
  "05 power follows the function: head, deputy, member, guest": {
    of: organisation(
      [amt],
      [
        person("h", ["12:head"]),
        person("d", ["12:deputy"]),
        person("m", ["12"]),
        person("g", ["12:guest"]),
      ],
    ),
    policy: { ...plainPolicy, power: { head: 60, deputy: 55, member: 10, guest: 0 } },
    rooms: ["room:12:general: h*60 d*55 m*10 g"],
  },
  "06 a head among deputies leads alone: nobody stands in": {
    of: organisation([amt], [person("h", ["12:head"]), person("d", ["12:deputy"])]),
    policy: { ...plainPolicy, power: { head: 60, deputy: 50, member: 0, guest: 0 } },
    rooms: ["room:12:general: h*60 d*50"],
  },
  "07 deputies lead with the power of a head while there is none": {
    of: organisation([amt], [person("d", ["12:deputy"]), person("m", ["12"])]),
    policy: { ...plainPolicy, power: { head: 60, deputy: 50, member: 0, guest: 0 } },
    rooms: ["room:12:general: d*60 m"],
    notes: ["deputies-stand-in 12: d"],
  },
  "08 where there are no deputies either, who leads above stands in, and is in the unit's rooms": {
    of: organisation(
      [amt, abteilung],
      [person("chef", ["12:head"]), person("m", ["121"]), person("n", ["121"])],
    ),
    shown: ["space:121", "room:121"],
    rooms: ["space:121: m n chef", "room:121:general: m n chef*50"],
    notes: ["leads-above-stand-in 121: chef"],
  },
  "09 who stands in and is a member there already is so once": {
    of: organisation([amt, abteilung], [person("chef", ["12:head", "121"]), person("m", ["121"])]),
    shown: ["room:121"],
    rooms: ["room:121:general: chef*50 m"],
    notes: ["leads-above-stand-in 121: chef"],
  },
  "10 over units without leads the way goes further up": {
    of: organisation(
      [stadt, amt, abteilung],
      [person("ob", ["stadt:deputy"]), person("m", ["121"])],
    ),
    shown: ["room:121"],
    rooms: ["room:121:general: m ob*50"],
    notes: ["deputies-stand-in stadt: ob", "leads-above-stand-in 121: ob"],
  },
  "11 where nobody leads anywhere, it is said": {
    of: organisation([amt], [person("m", ["12"])]),
    rooms: ["room:12:general: m"],
    notes: ["nobody-leads 12:"],
  },
  "12 policy may have deputies alone stand in": {
    of: organisation([amt, abteilung], [person("chef", ["12:head"]), person("m", ["121"])]),
    policy: { ...plainPolicy, standIn: "deputies" },
    shown: ["room:121"],
    rooms: ["room:121:general: m"],
    notes: ["nobody-leads 121:"],
  },
  "13 policy may have nobody stand in": {
    of: organisation([amt], [person("d", ["12:deputy"])]),
    policy: {
      ...plainPolicy,
      standIn: "nobody",
      power: { head: 60, deputy: 50, member: 0, guest: 0 },
    },
    rooms: ["room:12:general: d*50"],
  },
  "14 a room for some of a unit is entered on our word": {
    of: organisation([amt], [person("h", ["12:head"]), person("m", ["12"])]),
    policy: withTemplate({ id: "staff", members: ["member"] }),
    rooms: ["room:12:staff: m"],
    notes: [],
  },
  "15 leads from right below are in a room that takes them, without power there": {
    of: organisation(
      [amt, abteilung, unit("sg", { parent: "121", kind: "section" })],
      [person("h", ["12:head"]), person("a", ["121:head"]), person("s", ["sg:head"])],
    ),
    policy: withTemplate({
      id: "leads",
      members: ["head", "deputy"],
      withLeadsBelow: true,
      kinds: ["office"],
    }),
    rooms: ["room:12:leads: h*50 a"],
  },
  "16 nobody has power in a room that they are not in": {
    of: organisation([amt], [person("h", ["12:head"]), person("m", ["12"])]),
    policy: withTemplate({ id: "staff", members: ["member", "guest"] }),
    rooms: ["room:12:staff: m"],
  },
  "17 a room may belong to the files, and hide from newcomers what was before them": {
    of: organisation([amt], [person("m", ["12:head"])]),
    policy: withTemplate({ record: "akte", historyVisibility: "joined", protection: "offen" }),
    rooms: ["room:12:general: m*50, offen, akte, history joined"],
  },
  "18 encryption follows the protection": {
    of: organisation([amt], [person("m", ["12:head"])]),
    policy: {
      ...plainPolicy,
      encryption: { offen: false, intern: true, vertraulich: true },
    },
    rooms: ["room:12:general: m*50, encrypted"],
  },
  "19 a confidential room is encrypted, and its members let others in": {
    of: organisation([amt], [person("h", ["12:head"]), person("m", ["12"])]),
    policy: withTemplate({ protection: "vertraulich" }),
    rooms: [
      "room:12:general: h*50 m, its members let others in, vertraulich, encrypted, inviting needs 50",
    ],
  },
  "20 a confidential room may leave the inviting to everybody": {
    of: organisation([amt], [person("h", ["12:head"]), person("m", ["12"])]),
    policy: withTemplate({ protection: "vertraulich", inviters: "everyone" }),
    rooms: [
      "room:12:general: h*50 m, its members let others in, vertraulich, encrypted, inviting needs 0",
    ],
  },
  "21 a confidential room that nobody leads does not close for ever": {
    of: organisation([amt], [person("m", ["12"])]),
    policy: withTemplate({ protection: "vertraulich", inviters: "leads", writers: "leads" }),
    rooms: [
      "room:12:general: m, its members let others in, vertraulich, encrypted, inviting needs 0",
    ],
    notes: ["nobody-leads 12:"],
  },
  "22 a group across units has a room": {
    of: office({ groups: [{ ...rat, id: "ersthelfer" }] }),
    shown: ["group:"],
    rooms: ["group:ersthelfer: anna ben"],
    notes: ["nobody-leads 12:"],
  },
  "23 a group's lead is in its room and leads it": {
    of: office({ groups: [{ ...rat, id: "ersthelfer", lead: "ben", members: ["anna"] }] }),
    shown: ["group:"],
    rooms: ["group:ersthelfer: ben*50 anna"],
    notes: ["nobody-leads 12:"],
  },
  "24 the staff council's room is confidential, by policy": {
    of: office({ groups: [rat] }),
    shown: ["group:"],
    rooms: [
      "group:personalrat: anna ben, its members let others in, vertraulich, encrypted, history joined, inviting needs 0",
    ],
    notes: ["nobody-leads 12:"],
  },
  "25 a group that policy gives no room, and one without people, have none": {
    of: office({ groups: [rat, { id: "leer", name: "Leer", members: [] }] }),
    policy: { ...plainPolicy, groups: { ...plainPolicy.groups, withoutRoom: ["personalrat"] } },
    shown: ["group:"],
    rooms: [],
    notes: ["nobody-leads 12:"],
  },
  "26 only a group's lead writes where policy says so; without one everybody does": {
    of: office({
      groups: [
        { ...rat, id: "a", lead: "ben" },
        { ...rat, id: "b" },
      ],
    }),
    policy: { ...plainPolicy, groups: { ...plainPolicy.groups, writers: "leads" } },
    shown: ["group:"],
    rooms: ["group:a: ben*50 anna, leads write", "group:b: anna ben"],
    notes: ["nobody-leads 12:"],
  },
  "27 a project has a room that its owner leads; partners come by invitation, and only if allowed":
    {
      of: office({ projects: [wache] }),
      policy: withProjects({ partnerServers: ["planung.example"] }),
      shown: ["project:"],
      rooms: [
        "project:wache: anna*50 ben, invites @petra:planung.example, federated, servers stadt.example planung.example",
      ],
      notes: ["nobody-leads 12:"],
    },
  "28 a partner whose server policy does not name is not let in, and that is said": {
    of: office({ projects: [wache] }),
    shown: ["project:"],
    rooms: ["project:wache: anna*50 ben"],
    notes: ["nobody-leads 12:", "partner-not-allowed project:wache: planung.example"],
  },
  "29 our own server is nobody's partner": {
    of: office({
      projects: [
        { ...wache, partners: [{ server: "stadt.example", people: ["@x:stadt.example"] }] },
      ],
    }),
    policy: withProjects({ partnerServers: ["stadt.example"] }),
    shown: ["project:"],
    rooms: ["project:wache: anna*50 ben"],
    notes: ["nobody-leads 12:", "partner-not-allowed project:wache: stadt.example"],
  },
  "30 on a project's last day everybody writes": {
    of: office({ projects: [{ ...wache, partners: [] }] }),
    today: "2027-03-31",
    shown: ["project:"],
    rooms: ["project:wache: anna*50 ben"],
    notes: ["nobody-leads 12:"],
  },
  "31 the day after, nobody writes any more, and partners and their servers are out": {
    of: office({ projects: [wache] }),
    policy: withProjects({ partnerServers: ["planung.example"] }),
    today: "2027-04-01",
    shown: ["project:"],
    rooms: ["project:wache: anna ben, nobody writes, federated, servers stadt.example"],
    notes: ["nobody-leads 12:", "project-is-over project:wache:"],
  },
  "32 a project that lost its owner goes on, and that is said": {
    of: office({ projects: [{ ...wache, owner: undefined, partners: [] }] }),
    shown: ["project:"],
    rooms: ["project:wache: ben"],
    notes: ["nobody-leads 12:", "project-has-no-owner project:wache:"],
  },
  "33 break-glass accounts are creators of every room, and named in no power": {
    of: office({ units: [amt], groups: [rat] }),
    policy: { ...plainPolicy, breakGlass: { accounts: ["notfall"] } },
    shown: ["space:", "room:", "group:"],
    rooms: [
      "space:12: anna ben, creators @notfall:stadt.example",
      "room:12:general: anna ben, creators @notfall:stadt.example",
      "group:personalrat: anna ben, its members let others in, vertraulich, encrypted, history joined, inviting needs 0, creators @notfall:stadt.example",
    ],
    notes: ["nobody-leads 12:"],
  },
};

const stateOf = (of: Organisation, policy = plainPolicy, today = TODAY) =>
  desiredState(of, policy, {
    userIdOf: (id) => `@${id}:stadt.example`,
    serverName: "stadt.example",
    today,
  });
const roomIn = (of: Organisation, key: string, policy?: Policy): DesiredRoom => {
  const room = stateOf(of, policy).rooms.find((one) => one.key === key);
  if (room === undefined) throw new Error(`${key} is not there`);
  return room;
};

describe("the desired state", () => {
  it.each(Object.entries(cases))(
    "%s",
    (_, { of, policy, today, shown = ["room:"], rooms, notes }) => {
      const state = stateOf(of, policy, today);
      const told = state.rooms.filter(({ key }) => shown.some((start) => key.startsWith(start)));
      expect(told.map(lineOf)).toEqual(rooms);
      expect(
        state.notes.map(({ of: whom, owner, rule }) =>
          `${rule} ${owner}: ${whom.join(" ")}`.trim(),
        ),
      ).toEqual(notes ?? []);
    },
  );
});

describe("how somebody comes into a room", () => {
  const whole = office({ groups: [rat, { ...rat, id: "ersthelfer" }], projects: [wache] });

  it.each([
    ["space:12", "on our word"],
    ["room:12:general", "through space:12"],
    ["group:ersthelfer", "on our word"],
    ["group:personalrat", "by invitation"],
    ["project:wache", "on our word"],
  ])("%s: %s", (key, door) => {
    expect(doorOf(roomIn(whole, key))).toBe(door);
  });

  it("is by invitation into any confidential room, also where it is for the whole unit", () => {
    const policy = withTemplate({ protection: "vertraulich" });
    expect(doorOf(roomIn(whole, "room:12:general", policy))).toBe("by invitation");
  });
});

describe("in a confidential room", () => {
  const levels = roomIn(
    office({ groups: [{ ...rat, lead: "anna" }] }),
    "group:personalrat",
  ).powerLevels;
  const needOf = (type: string) => record(levels["events"])[type];

  it("who leads passes power on, renames it, and takes people out, since nobody else can", () => {
    expect(["m.room.power_levels", "m.room.name", "m.room.topic"].map(needOf)).toEqual([
      50, 50, 50,
    ]);
    expect([levels["kick"], levels["ban"]]).toEqual([50, 50]);
  });

  it("nobody loosens what keeps it confidential", () => {
    for (const type of ["m.room.encryption", "m.room.history_visibility", "m.room.server_acl"])
      expect(needOf(type)).toBe(100);
    expect([levels["state_default"], needOf("m.room.join_rules")]).toEqual([100, undefined]);
    expect(Object.values(record(levels["users"]))).toEqual([50]);
  });
});

describe("names", () => {
  it("may change; what a room is known by does not", () => {
    const before = stateOf(office({ groups: [rat], projects: [wache] }));
    const after = stateOf(
      office({
        units: [{ ...amt, number: "13", name: "Digitales" }],
        groups: [{ ...rat, name: "Gesamtpersonalrat" }],
        projects: [{ ...wache, name: "Wache 3" }],
      }),
    );
    expect(after.rooms.map(({ key }) => key)).toEqual(before.rooms.map(({ key }) => key));
    expect(after.rooms.map(({ name }) => name)).toEqual([
      "13 Digitales",
      "13 Digitales",
      "Gesamtpersonalrat",
      "Wache 3",
    ]);
  });

  it("take what placeholders stand for as it is, also where it looks like one", () => {
    const of = office({ groups: [{ ...rat, id: "g", name: "$& {group} $1" }] });
    expect(roomIn(of, "group:g").name).toBe("$& {group} $1");
  });

  it("tell a project's last day as people write it", () => {
    const topic = "Projekt {project}, bis {until}";
    expect(
      roomIn(office({ projects: [wache] }), "project:wache", withProjects({ topic })).topic,
    ).toBe("Projekt Neue Wache, bis 31.03.2027");
    const own = { ...wache, topic: "Neubau" };
    expect(roomIn(office({ projects: [own] }), "project:wache").topic).toBe("Neubau");
  });

  it("give pictures their marks: number, own mark, or initials", () => {
    const of = office({ groups: [rat, { ...rat, id: "x", mark: "XY" }], projects: [wache] });
    expect(
      ["room:12:general", "group:personalrat", "group:x", "project:wache"].map(
        (key) => roomIn(of, key).picture.mark,
      ),
    ).toEqual(["12", "P", "XY", "NW"]);
  });
});
