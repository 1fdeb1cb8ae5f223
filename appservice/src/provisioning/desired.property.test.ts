import { isDeepStrictEqual } from "node:util";
import {
  MANAGED_TYPE,
  parseManaged,
  parseRoomClass,
  PROTECTIONS,
  ROOM_CLASS_TYPE,
} from "@klaaf/protocol";
import * as fc from "fast-check";
import { describe, it } from "vitest";
import type { Policy } from "../policy/index.ts";
import { anyOrganisation } from "../testing/organisations.ts";
import { defaultPolicy } from "../testing/policy.ts";
import { desiredState } from "./desired.ts";
import type { Desired } from "./desired.ts";
import type { DesiredRoom } from "./desired-room.ts";
import { keyOfMarker, ownerOfKey } from "./keys.ts";

const RUNS = { numRuns: 200 };

const anyPolicy: fc.Arbitrary<Policy> = fc
  .record({
    protections: fc.array(fc.constantFrom(...PROTECTIONS), { minLength: 3, maxLength: 3 }),
    inviters: fc.constantFrom("everyone", "leads"),
    writers: fc.constantFrom("everyone", "leads"),
    standIn: fc.constantFrom("above", "deputies", "nobody"),
    partnerServers: fc.subarray(["partner.example", "t"]),
    accounts: fc.subarray(["notfall", "p-1"]),
    withoutRoom: fc.subarray(["g-0", "personalrat"]),
  })
  .map(({ accounts, inviters, partnerServers, protections, standIn, withoutRoom, writers }) => ({
    ...defaultPolicy,
    standIn,
    templates: defaultPolicy.templates.map((template, nth) => ({
      ...template,
      protection: protections[nth] ?? "intern",
      inviters,
      writers,
    })),
    groups: { ...defaultPolicy.groups, withoutRoom },
    projects: { ...defaultPolicy.projects, partnerServers },
    breakGlass: { accounts },
  }));

const anyDesired = fc
  .record({
    organisation: anyOrganisation,
    policy: anyPolicy,
    today: fc.constantFrom("2019-12-31", "2026-11-24", "2100-01-01"),
  })
  .map(({ organisation, policy, today }): readonly [Desired, () => Desired] => {
    const compute = () =>
      desiredState(organisation, policy, {
        userIdOf: (id) => `@account-of-${id}:t`,
        serverName: "t",
        today,
      });
    return [compute(), compute];
  });

/** For every room of any desired state. */
const everyRoom = (holds: (room: DesiredRoom, desired: Desired) => boolean) =>
  fc.property(anyDesired, ([desired]) => desired.rooms.every((room) => holds(room, desired)));

const contentOf = (
  { state }: DesiredRoom,
  wanted: string,
): Readonly<Record<string, unknown>> | undefined =>
  state.flatMap((piece) =>
    piece.kind === "plain" && piece.type === wanted ? [piece.content] : [],
  )[0];
const usersOf = ({ powerLevels }: DesiredRoom): readonly string[] =>
  Object.keys(powerLevels["users"] as object);
const isConfidential = (room: DesiredRoom): boolean => {
  const parsed = parseRoomClass(contentOf(room, ROOM_CLASS_TYPE));
  return parsed.kind === "ok" && parsed.value.protection === "vertraulich";
};

describe("whatever the organisation, the policy and the day", () => {
  it("the answer is the same each time, and names each room and each account once", () => {
    fc.assert(
      fc.property(anyDesired, ([desired, again]) => {
        const keys = [
          ...desired.rooms.map(({ key }) => key),
          ...desired.accounts.map(({ sourceId }) => sourceId),
        ];
        return isDeepStrictEqual(desired, again()) && new Set(keys).size === keys.length;
      }),
      RUNS,
    );
  });

  it("every member has an account", () => {
    fc.assert(
      everyRoom(({ members }, { accounts }) => {
        const known = new Set(accounts.map(({ userId }) => userId));
        return (
          members.every((userId) => known.has(userId)) && new Set(members).size === members.length
        );
      }),
      RUNS,
    );
  });

  it("nobody has power who is not in the room, nor as much as the organisation", () => {
    fc.assert(
      everyRoom(
        (room) =>
          usersOf(room).every((userId) => room.members.includes(userId)) &&
          Object.values(room.powerLevels["users"] as Readonly<Record<string, number>>).every(
            (power) => power > 0 && power < 100,
          ),
      ),
      RUNS,
    );
  });

  it("creators are named in no power", () => {
    fc.assert(
      everyRoom((room) =>
        room.additionalCreators.every((creator) => !usersOf(room).includes(creator)),
      ),
      RUNS,
    );
  });

  it("a room is found again by its marker, and known as its owner's", () => {
    fc.assert(
      everyRoom((room) => {
        const parsed = parseManaged(contentOf(room, MANAGED_TYPE));
        return (
          parsed.kind === "ok" &&
          keyOfMarker(parsed.value) === room.key &&
          ownerOfKey(room.key) === room.owner
        );
      }),
      RUNS,
    );
  });

  it("just what is confidential is entered by invitation of its members, and is encrypted", () => {
    fc.assert(
      everyRoom((room) =>
        isConfidential(room)
          ? room.entry === "invitation" &&
            contentOf(room, "m.room.encryption") !== undefined &&
            contentOf(room, "m.room.join_rules")?.["join_rule"] === "invite" &&
            Number(room.powerLevels["invite"]) <= 50
          : room.entry === "managed" && room.powerLevels["invite"] === 100,
      ),
      RUNS,
    );
  });

  it("somebody in a confidential room can let others in", () => {
    fc.assert(
      everyRoom((room) => {
        const users = room.powerLevels["users"] as Readonly<Record<string, number>>;
        const need = Number(room.powerLevels["invite"]);
        return !isConfidential(room) || room.members.some((userId) => (users[userId] ?? 0) >= need);
      }),
      RUNS,
    );
  });

  it("other homeservers come into projects alone, by name", () => {
    fc.assert(
      everyRoom((room) => {
        const allowed = contentOf(room, "m.room.server_acl")?.["allow"];
        return room.federated
          ? room.key.startsWith("project:") &&
              Array.isArray(allowed) &&
              allowed.includes("t") &&
              room.invited.every((userId) =>
                allowed.includes(userId.slice(userId.indexOf(":") + 1)),
              )
          : room.invited.length === 0 && allowed === undefined;
      }),
      RUNS,
    );
  });

  it("a room that people write in has somebody in it", () => {
    fc.assert(
      everyRoom(({ isSpace, members }) => isSpace || members.length > 0),
      RUNS,
    );
  });
});
