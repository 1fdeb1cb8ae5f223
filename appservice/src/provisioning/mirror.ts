import type { Database } from "../storage/index.ts";
import type { Removal } from "./brake.ts";
import type { DesiredAccount } from "./desired.ts";
import type { Observed, ObservedRoom } from "./plan.ts";

/**
 * What provisioning has made on the homeserver, kept beside it: so that a run without changes reads no
 * room. Written after each change; a change whose note was lost in a crash is made once more, which
 * the homeserver answers without a new event.
 */
export class Mirror {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async read(): Promise<Observed> {
    const [accounts, rooms, members] = await Promise.all([
      this.#db.selectFrom("account").selectAll().execute(),
      this.#db.selectFrom("managed_room").selectAll().execute(),
      this.#db.selectFrom("managed_member").selectAll().execute(),
    ]);
    const membersOf = new Map<string, Set<string>>();
    for (const { key, user_id: userId } of members) {
      const known = membersOf.get(key);
      if (known === undefined) membersOf.set(key, new Set([userId]));
      else known.add(userId);
    }
    return {
      accounts: new Map(
        accounts.map((row) => [
          row.source_id,
          {
            userId: row.user_id,
            applied: toAccount(row.applied),
            locked: row.applied?.["locked"] === true,
          },
        ]),
      ),
      rooms: new Map(
        rooms.map((row): [string, ObservedRoom] => [
          row.key,
          {
            roomId: row.room_id,
            applied: row.applied,
            members: membersOf.get(row.key) ?? new Set(),
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
      .map((sourceId) => ({ source_id: sourceId, user_id: newUserId(), applied: null }));
    for (let start = 0; start < fresh.length; start += 500) {
      await this.#db
        .insertInto("account")
        .values(fresh.slice(start, start + 500))
        .execute();
    }
    for (const row of fresh) known.set(row.source_id, row.user_id);
    return known;
  }

  async noteAccount({ sourceId, displayName, mail }: DesiredAccount): Promise<void> {
    await this.#db
      .updateTable("account")
      .set({ applied: JSON.stringify({ displayName, mail }) })
      .where("source_id", "=", sourceId)
      .execute();
  }

  /** Their access is gone; what was written for them stays, for the day they come back. */
  async noteLock(sourceId: string, userId: string): Promise<void> {
    await this.#db.transaction().execute(async (db) => {
      const row = await db
        .selectFrom("account")
        .select("applied")
        .where("source_id", "=", sourceId)
        .executeTakeFirstOrThrow();
      await db
        .updateTable("account")
        .set({ applied: JSON.stringify({ ...row.applied, locked: true }) })
        .where("source_id", "=", sourceId)
        .execute();
      await db.insertInto("removal").values({ user_id: userId, unit: null }).execute();
    });
  }

  /** Somebody was taken out of a room, which counts for the brake. */
  async noteRemoval(key: string, userId: string, unit: string): Promise<void> {
    await this.#db.transaction().execute(async (db) => {
      await db
        .deleteFrom("managed_member")
        .where("key", "=", key)
        .where("user_id", "=", userId)
        .execute();
      await db.insertInto("removal").values({ user_id: userId, unit }).execute();
    });
  }

  /** What was removed since a moment; what is older is forgotten. */
  async removalsSince(moment: Date): Promise<readonly Removal[]> {
    await this.#db.deleteFrom("removal").where("removed_at", "<", moment).execute();
    const rows = await this.#db
      .selectFrom("removal")
      .select(["user_id", "unit"])
      .distinct()
      .execute();
    return rows.map((row) => ({ userId: row.user_id, unit: row.unit ?? undefined }));
  }

  async noteRoom(
    key: string,
    roomId: string,
    applied: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await this.#db
      .insertInto("managed_room")
      .values({ key, room_id: roomId, applied: JSON.stringify(applied) })
      .execute();
  }

  async noteState(key: string, name: string, value: unknown): Promise<void> {
    const row = await this.#db
      .selectFrom("managed_room")
      .select("applied")
      .where("key", "=", key)
      .executeTakeFirstOrThrow();
    await this.#db
      .updateTable("managed_room")
      .set({ applied: JSON.stringify({ ...row.applied, [name]: value }) })
      .where("key", "=", key)
      .execute();
  }

  async noteMember(key: string, userId: string): Promise<void> {
    await this.#db
      .insertInto("managed_member")
      .values({ key, user_id: userId })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
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
