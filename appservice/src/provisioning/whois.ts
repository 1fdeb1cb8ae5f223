import type { Organisation } from "../organisation/index.ts";
import type { Database } from "../storage/index.ts";
import { groupKey, ownerOfKey, projectKey } from "./keys.ts";

/** A person as IT asks for them; no name stands in it. */
export type Whois = {
  readonly userId: string;
  /** `chosen`: the Matrix ID is, the account is not there yet. */
  readonly state: "chosen" | "active" | "locked";
  /** ISO 8601. */
  readonly lockedAt?: string;
  readonly rooms: readonly {
    readonly room: string;
    readonly roomId: string;
    readonly because: readonly string[];
  }[];
};

/**
 * Who a person of the source is on the homeserver, and why they are in each of their rooms.
 *
 * @param organisation what the source said last; without it no reasons are known
 */
export async function whois(
  db: Database,
  organisation: Organisation | undefined,
  sourceId: string,
): Promise<Whois | undefined> {
  const account = await db
    .selectFrom("account")
    .selectAll()
    .where("source_id", "=", sourceId)
    .executeTakeFirst();
  if (account === undefined) return undefined;
  const rooms = await db
    .selectFrom("managed_member")
    .innerJoin("managed_room", "managed_room.key", "managed_member.key")
    .select(["managed_room.key", "managed_room.room_id", "managed_member.heard"])
    .where("managed_member.user_id", "=", account.user_id)
    .orderBy("managed_room.key")
    .execute();
  return {
    userId: account.user_id,
    state: account.applied === null ? "chosen" : account.locked_at === null ? "active" : "locked",
    ...(account.locked_at === null ? {} : { lockedAt: account.locked_at.toISOString() }),
    rooms: rooms.map(({ heard, key, room_id: roomId }) => ({
      room: key,
      roomId,
      because: heard ? ["came in by themselves"] : reasonsOf(organisation, sourceId, key),
    })),
  };
}

function reasonsOf(
  organisation: Organisation | undefined,
  sourceId: string,
  key: string,
): readonly string[] {
  const owner = ownerOfKey(key);
  const person = organisation?.people.find(({ id }) => id === sourceId);
  const own = (person?.memberships ?? []).filter(({ unit }) => unit === owner);
  const below = new Set(
    organisation?.units.filter(({ parent }) => parent === owner).map(({ id }) => id),
  );
  const leads = (person?.memberships ?? []).filter(
    (one) => below.has(one.unit) && (one.function === "head" || one.function === "deputy"),
  );
  const groups = organisation?.groups.filter(({ id }) => groupKey(id) === owner) ?? [];
  const projects = organisation?.projects.filter(({ id }) => projectKey(id) === owner) ?? [];
  const reasons = [
    ...own.map((one) => `${one.unit} as ${one.function}`),
    ...(own.length > 0 ? [] : leads.map((one) => `${one.unit} below it as ${one.function}`)),
    ...groups.flatMap(({ id, lead, members }) => [
      ...(lead === sourceId ? [`group ${id} as its lead`] : []),
      ...(lead !== sourceId && members.includes(sourceId) ? [`group ${id}`] : []),
    ]),
    ...projects.flatMap(({ id, members, owner: owns }) => [
      ...(owns === sourceId ? [`project ${id} as its owner`] : []),
      ...(owns !== sourceId && members.includes(sourceId) ? [`project ${id}`] : []),
    ]),
  ];
  const isUnit = organisation?.units.some(({ id }) => id === owner) === true;
  return reasons.length === 0 && isUnit && person !== undefined
    ? [`stands in for a head of ${owner}`]
    : reasons;
}
