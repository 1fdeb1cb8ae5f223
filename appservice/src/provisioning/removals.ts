import { parseRoomClass, ROOM_CLASS_TYPE } from "@klaaf/protocol";
import { removeId } from "./action.ts";
import type { Action } from "./action.ts";
import type { RemovalAction } from "./brake.ts";
import { ownerOfKey, spaceKey } from "./keys.ts";
import type { Desired } from "./desired.ts";
import type { Observed, ObservedRoom } from "./observed.ts";

const isSpaceKey = (key: string): boolean => key.startsWith("space:");

/** What nobody should have any more, before the brake: access first, then places, spaces before rooms. */
export function removalsOf(desired: Desired, observed: Observed): readonly RemovalAction[] {
  const rooms = new Map(
    desired.rooms.map((room) => [
      room.key,
      { entry: room.entry, people: new Set([...room.members, ...room.invited]) },
    ]),
  );
  const people = new Set(desired.accounts.map(({ sourceId }) => sourceId));
  const locks = [...observed.accounts]
    .filter(
      ([sourceId, { applied, lockedAt }]) =>
        !people.has(sourceId) && applied !== undefined && lockedAt === undefined,
    )
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([sourceId, { userId }]): RemovalAction => ({
      kind: "lock-account",
      id: `lock:${sourceId}`,
      reason: { rule: "person-has-left", subject: sourceId },
      needs: [],
      urgent: true,
      sourceId,
      userId,
      owner: undefined,
    }));
  // By key, since a store gives its rows in any order; spaces first.
  const keys = [...observed.rooms.keys()].toSorted();
  const ordered = [...keys.filter(isSpaceKey), ...keys.filter((key) => !isSpaceKey(key))];
  const surplus = ordered.flatMap((key) =>
    [...(observed.rooms.get(key)?.members ?? [])]
      .filter((userId) => rooms.get(key)?.people.has(userId) !== true)
      .toSorted()
      .map((userId) => ({ key, userId, owner: ownerOfKey(key) })),
  );
  const isTheirs = (key: string): boolean =>
    rooms.get(key)?.entry === "invitation" || isConfidential(observed.rooms.get(key));
  const leaving = new Set(surplus.map(({ key, userId }) => removeId(key, userId)));
  return [
    ...locks,
    ...surplus.map(({ key, owner, userId }): RemovalAction => {
      // Out of the space first: as long as they are in it, it lets them into the room again.
      const outOfSpace = removeId(spaceKey(owner), userId);
      const stranger = observed.rooms.get(key)?.strangers.has(userId) === true;
      return {
        kind: isTheirs(key) ? "leave-room" : "remove-member",
        id: removeId(key, userId),
        reason: { rule: stranger ? "person-was-let-in" : "person-no-longer-belongs", subject: key },
        needs: key !== spaceKey(owner) && leaving.has(outOfSpace) ? [outOfSpace] : [],
        urgent: false,
        key,
        userId,
        owner,
      };
    }),
  ];
}

/**
 * Whether its members rule it: we have left it, and can take nobody out; also once it is wanted no more.
 */
function isConfidential(room: ObservedRoom | undefined): boolean {
  const roomClass = parseRoomClass(room?.applied[ROOM_CLASS_TYPE]);
  return roomClass.kind === "ok" && roomClass.value.protection === "vertraulich";
}

/** The accounts whose time of grace is over. */
export function erasuresOf(
  desired: Desired,
  observed: Observed,
  overBefore: number,
): readonly Action[] {
  const people = new Set(desired.accounts.map(({ sourceId }) => sourceId));
  return [...observed.accounts]
    .filter(
      ([sourceId, { lockedAt }]) =>
        !people.has(sourceId) && lockedAt !== undefined && lockedAt <= overBefore,
    )
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([sourceId, { userId }]) => ({
      kind: "erase-account",
      id: `erase:${sourceId}`,
      reason: { rule: "grace-period-is-over", subject: sourceId },
      // Their places go first, so that what is left over is seen.
      needs: [...observed.rooms]
        .filter(([, { members }]) => members.has(userId))
        .map(([key]) => removeId(key, userId)),
      urgent: false,
      sourceId,
      userId,
    }));
}

/** The people of each unit, group or project: whoever is in its space or in one of its rooms. */
export function ownerPeopleOf({ rooms }: Observed): (owner: string) => ReadonlySet<string> {
  const people = new Map<string, Set<string>>();
  for (const [key, { members }] of rooms) {
    const owner = ownerOfKey(key);
    const known = people.get(owner) ?? new Set();
    for (const userId of members) known.add(userId);
    people.set(owner, known);
  }
  return (owner) => people.get(owner) ?? new Set();
}
