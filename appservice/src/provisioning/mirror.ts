import type { Database } from "../storage/index.ts";
import { isBrakeKind } from "./brake.ts";
import type { BrakeEntry } from "./brake.ts";
import type { Observed, ObservedRoom } from "./observed.ts";

/**
 * What provisioning has made on the homeserver, kept beside it: so that a run without changes reads no
 * room. Written after each change; a change whose note was lost in a crash is made once more, which
 * the homeserver answers without a new event.
 */
export class Mirror {
  readonly #db: Database;
  readonly #provisioningUser: string;

  constructor(db: Database, provisioningUser: string) {
    this.#db = db;
    this.#provisioningUser = provisioningUser;
  }

  async read(): Promise<Observed> {
    const [accounts, rooms, members] = await Promise.all([
      this.#db.selectFrom("account").selectAll().execute(),
      this.#db.selectFrom("managed_room").selectAll().execute(),
      this.#db.selectFrom("managed_member").selectAll().execute(),
    ]);
    const membersOf = new Map<string, { all: Set<string>; strangers: Set<string> }>();
    const ours = new Set<string>();
    for (const { heard, key, user_id: userId } of members) {
      if (userId === this.#provisioningUser) {
        ours.add(key);
        continue;
      }
      let known = membersOf.get(key);
      if (known === undefined) {
        known = { all: new Set(), strangers: new Set() };
        membersOf.set(key, known);
      }
      known.all.add(userId);
      if (heard) known.strangers.add(userId);
    }
    return {
      accounts: new Map(
        accounts.map((row) => [
          row.source_id,
          {
            userId: row.user_id,
            applied: toAccount(row.applied),
            lockedAt: row.locked_at?.getTime(),
          },
        ]),
      ),
      rooms: new Map(
        rooms.map((row): [string, ObservedRoom] => [
          row.key,
          {
            roomId: row.room_id,
            applied: row.applied,
            heard: new Set(row.heard),
            members: membersOf.get(row.key)?.all ?? new Set(),
            strangers: membersOf.get(row.key)?.strangers ?? new Set(),
            isOurs: ours.has(row.key),
            hasJoined: false,
          },
        ]),
      ),
    };
  }

  /** The Matrix ID of a person, or undefined if none was chosen yet. */
  async userIdOf(sourceId: string): Promise<string | undefined> {
    const row = await this.#db
      .selectFrom("account")
      .select("user_id")
      .where("source_id", "=", sourceId)
      .executeTakeFirst();
    return row?.user_id;
  }

  /** The Matrix IDs that were chosen so far, by source id. */
  async userIds(): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#db.selectFrom("account").select(["source_id", "user_id"]).execute();
    return new Map(rows.map((row) => [row.source_id, row.user_id]));
  }

  /**
   * Chooses a Matrix ID for each person that has none, before any account is made: a crash in between
   * cannot make two accounts for one person.
   *
   * @param newUserId gives a fresh random Matrix ID
   * @returns the Matrix ID of every person, by source id
   */
  async chooseUserIds(
    sourceIds: readonly string[],
    newUserId: () => string,
  ): Promise<ReadonlyMap<string, string>> {
    const known = new Map(await this.userIds());
    const fresh = sourceIds
      .filter((sourceId) => !known.has(sourceId))
      .map((sourceId) => ({
        source_id: sourceId,
        user_id: newUserId(),
        applied: null,
        locked_at: null,
      }));
    for (let start = 0; start < fresh.length; start += 500) {
      await this.#db
        .insertInto("account")
        .values(fresh.slice(start, start + 500))
        .execute();
    }
    for (const row of fresh) known.set(row.source_id, row.user_id);
    return known;
  }

  /** What the brake counts since a moment; what is older is forgotten. */
  async countedSince(moment: Date): Promise<readonly BrakeEntry[]> {
    await this.#db.deleteFrom("brake_entry").where("at", "<", moment).execute();
    const rows = await this.#db
      .selectFrom("brake_entry")
      .select(["kind", "subject", "owner"])
      .distinct()
      .execute();
    return rows.flatMap(({ kind, owner, subject }) =>
      isBrakeKind(kind) ? [{ kind, subject, owner: owner ?? undefined }] : [],
    );
  }

  /** A room that was found again: made by us, but its note was lost. */
  async noteFound(key: string, roomId: string, members: readonly string[]): Promise<void> {
    await this.#db.transaction().execute(async (trx) => {
      // Nothing is noted as written: the next plan writes it all, and what is so already makes no event.
      await trx
        .insertInto("managed_room")
        .values({ key, room_id: roomId, applied: "{}" })
        .execute();
      for (let start = 0; start < members.length; start += 500) {
        await trx
          .insertInto("managed_member")
          .values(members.slice(start, start + 500).map((userId) => ({ key, user_id: userId })))
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }
    });
  }

  /** The id of a managed room by key, or undefined before it was made. */
  async roomIdOf(key: string): Promise<string | undefined> {
    const row = await this.#db
      .selectFrom("managed_room")
      .select("room_id")
      .where("key", "=", key)
      .executeTakeFirst();
    return row?.room_id;
  }

  /** The managed rooms by key, those after `after`, with how many people are in each. */
  async rooms(
    limit: number,
    after?: string,
  ): Promise<
    readonly { readonly key: string; readonly roomId: string; readonly members: number }[]
  > {
    const rows = await this.#db
      .selectFrom("managed_room")
      .leftJoin("managed_member", "managed_member.key", "managed_room.key")
      .select((expression) => [
        "managed_room.key",
        "managed_room.room_id",
        expression.fn.count("managed_member.user_id").as("members"),
      ])
      .$if(after !== undefined, (query) => query.where("managed_room.key", ">", after ?? ""))
      .groupBy(["managed_room.key", "managed_room.room_id"])
      .orderBy("managed_room.key")
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      key: row.key,
      roomId: row.room_id,
      members: Number(row.members),
    }));
  }

  /** The rooms that are known, by id. */
  async roomIds(): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#db.selectFrom("managed_room").select(["key", "room_id"]).execute();
    return new Map(rows.map((row) => [row.room_id, row.key]));
  }
}

function toAccount(
  applied: Record<string, unknown> | null,
): { readonly displayName: string; readonly mail: string } | undefined {
  const { displayName, mail } = applied ?? {};
  return typeof displayName === "string" && typeof mail === "string"
    ? { displayName, mail }
    : undefined;
}
