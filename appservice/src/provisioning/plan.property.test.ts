import { isDeepStrictEqual } from "node:util";
import { parseManaged, parseRoomClass, MANAGED_TYPE, ROOM_CLASS_TYPE } from "@klaaf/protocol";
import * as fc from "fast-check";
import { describe, it } from "vitest";
import { anyOrganisation } from "../testing/organisations.ts";
import type { Observed } from "./observed.ts";
import { pieceName, piecesOf } from "./pieces.ts";
import { defaultPolicy } from "../testing/policy.ts";
import { afterwards, desiredOf, inOrderOfNeed, planOf, provisioned } from "./simulate.ts";

const once = (list: readonly string[]) => new Set(list).size === list.length;
const RUNS = { numRuns: 200 };
const anyUrgency = fc
  .array(fc.nat(6), { maxLength: 3 })
  .map((urgent) => (unit: string) => urgent.some((nth) => unit === `u-${nth}`));

/** What a store might hold after any organisation, or after a part of its plan. */
const anyObserved: fc.Arbitrary<Observed> = fc
  .record({ before: anyOrganisation, share: fc.double({ min: 0, max: 1, noNaN: true }) })
  .map(({ before, share }) => {
    const actions = inOrderOfNeed(planOf(before, defaultPolicy).actions);
    return afterwards(
      { accounts: new Map(), rooms: new Map() },
      actions.slice(0, Math.ceil(actions.length * share)),
    );
  });

const reversed = ({ accounts, rooms }: Observed): Observed => ({
  accounts: new Map([...accounts].toReversed()),
  rooms: new Map(
    [...rooms]
      .toReversed()
      .map(([key, room]) => [key, { ...room, members: new Set([...room.members].toReversed()) }]),
  ),
});

describe("whatever the organisation and whatever was there before", () => {
  it("a plan that was carried out makes the next one empty", () => {
    fc.assert(
      fc.property(anyOrganisation, anyObserved, (now, observed) => {
        const after = provisioned(now, defaultPolicy, observed);
        return planOf(now, defaultPolicy, after).actions.length === 0;
      }),
      RUNS,
    );
  });

  it("every action can be reached: nothing needs what is not in the plan, nor itself", () => {
    fc.assert(
      fc.property(anyOrganisation, anyObserved, anyUrgency, (now, observed, urgent) => {
        const { actions } = planOf(now, defaultPolicy, observed, urgent);
        return inOrderOfNeed(actions).length === actions.length;
      }),
      RUNS,
    );
  });

  it("every action has a name of its own", () => {
    fc.assert(
      fc.property(anyOrganisation, anyObserved, (now, observed) => {
        const { actions } = planOf(now, defaultPolicy, observed);
        return new Set(actions.map(({ id }) => id)).size === actions.length;
      }),
      RUNS,
    );
  });

  it("what is urgent stands first, and waits for nothing that is not", () => {
    fc.assert(
      fc.property(anyOrganisation, anyObserved, anyUrgency, (now, observed, urgent) => {
        const { actions } = planOf(now, defaultPolicy, observed, urgent);
        const hurried = actions.filter((action) => action.urgent);
        const ids = new Set(hurried.map(({ id }) => id));
        return (
          actions.slice(0, hurried.length).every((action) => action.urgent) &&
          hurried.every(({ needs }) => needs.every((need) => ids.has(need)))
        );
      }),
      RUNS,
    );
  });

  it("urgency changes the order alone, never what is done", () => {
    fc.assert(
      fc.property(anyOrganisation, anyObserved, anyUrgency, (now, observed, urgent) => {
        const calm = planOf(now, defaultPolicy, observed).actions.map(({ id }) => id);
        const hurried = planOf(now, defaultPolicy, observed, urgent).actions.map(({ id }) => id);
        return isDeepStrictEqual(new Set(calm), new Set(hurried)) && calm.length === hurried.length;
      }),
      RUNS,
    );
  });

  it("the plan does not depend on the order in which a store gives its rows", () => {
    fc.assert(
      fc.property(anyOrganisation, anyObserved, anyUrgency, (now, observed, urgent) =>
        isDeepStrictEqual(
          planOf(now, defaultPolicy, observed, urgent),
          planOf(now, defaultPolicy, reversed(observed), urgent),
        ),
      ),
      RUNS,
    );
  });

  it("the plan leaves what it is given untouched", () => {
    fc.assert(
      fc.property(anyOrganisation, anyObserved, (now, observed) => {
        const copies = [structuredClone(now), structuredClone(observed)];
        planOf(now, defaultPolicy, observed);
        return isDeepStrictEqual([now, observed], copies);
      }),
      RUNS,
    );
  });

  it("who should not be somewhere is taken out or held, each exactly once, and nobody else", () => {
    fc.assert(
      fc.property(anyOrganisation, anyObserved, (now, observed) => {
        const desired = desiredOf(now, defaultPolicy);
        const wanted = new Map(desired.rooms.map(({ key, members }) => [key, members]));
        const surplus = [...observed.rooms].flatMap(([key, { members }]) =>
          [...members]
            .filter((userId) => wanted.get(key)?.includes(userId) !== true)
            .map((userId) => `remove:${key}:${userId}`),
        );
        const { actions, held } = planOf(now, defaultPolicy, observed);
        const removals = [...actions, ...held.map(({ action }) => action)].filter(
          ({ kind }) => kind === "remove-member" || kind === "leave-room",
        );
        return isDeepStrictEqual(removals.map(({ id }) => id).toSorted(), surplus.toSorted());
      }),
      RUNS,
    );
  });

  it("nobody loses anything to a source without people", () => {
    fc.assert(
      fc.property(anyOrganisation, anyObserved, (now, observed) => {
        const { actions } = planOf({ ...now, people: [] }, defaultPolicy, observed);
        return actions.every(({ kind }) => kind !== "lock-account" && kind !== "remove-member");
      }),
      RUNS,
    );
  });
});

describe("whatever the organisation, the desired state", () => {
  it("marks every room readably, classes every room that people write in", () => {
    fc.assert(
      fc.property(anyOrganisation, (now) =>
        desiredOf(now, defaultPolicy).rooms.every(({ isSpace, state }) => {
          const contentOf = (type: string) =>
            state.find((piece) => piece.kind === "plain" && piece.type === type);
          const [marker, roomClass] = [contentOf(MANAGED_TYPE), contentOf(ROOM_CLASS_TYPE)];
          return (
            marker?.kind === "plain" &&
            parseManaged(marker.content).kind === "ok" &&
            (isSpace ||
              (roomClass?.kind === "plain" && parseRoomClass(roomClass.content).kind === "ok"))
          );
        }),
      ),
      RUNS,
    );
  });

  it("names each room once, each of its members once and each piece of state once", () => {
    fc.assert(
      fc.property(anyOrganisation, (now) => {
        const { rooms } = desiredOf(now, defaultPolicy);
        return (
          once(rooms.map(({ key }) => key)) &&
          rooms.every((room) => once(room.members) && once(piecesOf(room).map(pieceName)))
        );
      }),
      RUNS,
    );
  });

  it("lets a space open just those rooms that are for everybody in it", () => {
    fc.assert(
      fc.property(anyOrganisation, (now) => {
        const { rooms } = desiredOf(now, defaultPolicy);
        const inSpace = new Map(rooms.map(({ key, members }) => [key, new Set(members)]));
        return rooms.every(({ members, state }) => {
          const opened = state.find((piece) => piece.kind === "join-through");
          return (
            opened === undefined || isDeepStrictEqual(inSpace.get(opened.space), new Set(members))
          );
        });
      }),
      RUNS,
    );
  });

  it("makes no room for nobody", () => {
    fc.assert(
      fc.property(anyOrganisation, (now) =>
        desiredOf(now, defaultPolicy).rooms.every(
          ({ isSpace, members }) => isSpace || members.length > 0,
        ),
      ),
      RUNS,
    );
  });
});
