import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore } from "./store.ts";
import type { Store, StoreConfig } from "./store.ts";

export type StoreUnderTest = {
  /** An empty database. */
  readonly config: StoreConfig;
  readonly stop: () => Promise<void>;
};

const WRITER = fileURLToPath(new URL("endless-writer.ts", import.meta.url));

const twinAccount = (id: string) => ({
  source_id: id,
  user_id: "@same:x",
  applied: null,
  locked_at: null,
});
const twinRoom = (roomId: string) => ({ key: "space:same", room_id: roomId, applied: "{}" });
const isoText = "2026-11-24T08:00:00.000Z";

/**
 * What each engine must do: run on the embedded one and on PostgreSQL alike.
 *
 * @param make gives an empty database; called once for each group of tests
 */
export function storageContract(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`the store: ${name}`, () => {
    let under: StoreUnderTest;
    let store: Store;
    beforeAll(async () => {
      under = await make();
      store = await openStore(under.config);
    });
    afterAll(async () => {
      await store.close();
      await under.stop();
    });

    it("is migrated from nothing, and answers", async () => {
      await expect(store.check()).resolves.toBeUndefined();
      const done = await sql<{ name: string }>`select name from kysely_migration`.execute(store.db);
      expect(done.rows.length).toBeGreaterThan(0);
    });

    it("keeps its rows, and migrates nothing, when it is opened again", async () => {
      const account = { source_id: "p-1", user_id: "@u1:x", applied: null, locked_at: null };
      await store.db.insertInto("account").values(account).execute();
      const migrations = () => sql`select * from kysely_migration`.execute(store.db);
      const before = (await migrations()).rows;
      await store.close();
      store = await openStore(under.config);
      expect((await migrations()).rows).toEqual(before);
      expect(await store.db.selectFrom("account").selectAll().execute()).toEqual([account]);
    });

    it("gives JSON back as it was, whatever is in it", async () => {
      const applied = { "m.room.name": { name: `Ä"'\\\n🏛` }, list: [1, null, true, { a: {} }] };
      await store.db
        .insertInto("managed_room")
        .values({ key: "space:json", room_id: "!json", applied: JSON.stringify(applied) })
        .execute();
      const row = await store.db
        .selectFrom("managed_room")
        .select("applied")
        .where("key", "=", "space:json")
        .executeTakeFirstOrThrow();
      expect(row.applied).toEqual(applied);
    });

    it("gives times back as they were", async () => {
      const started = new Date(isoText);
      const run = { id: "r1", trigger: "request", actor: "{}", state: "running" };
      await store.db
        .insertInto("run")
        .values({ ...run, started_at: started })
        .execute();
      const row = await store.db.selectFrom("run").select("started_at").executeTakeFirstOrThrow();
      expect(row.started_at.toISOString()).toBe(isoText);
    });

    it("refuses two accounts for one Matrix ID, and two rooms for one key", async () => {
      const { db } = store;
      await db.insertInto("account").values(twinAccount("twin-1")).execute();
      await expect(
        db.insertInto("account").values(twinAccount("twin-2")).execute(),
      ).rejects.toThrow(/unique|duplicate/i);
      await db.insertInto("managed_room").values(twinRoom("!1")).execute();
      await expect(db.insertInto("managed_room").values(twinRoom("!2")).execute()).rejects.toThrow(
        /unique|duplicate/i,
      );
    });

    it("forgets a room's members with the room, and takes no member of a room that is not there", async () => {
      const { db } = store;
      const member = { key: "space:gone", user_id: "@u1:x" };
      await expect(db.insertInto("managed_member").values(member).execute()).rejects.toThrow(
        /foreign key/i,
      );
      const room = { key: "space:gone", room_id: "!gone", applied: "{}" };
      await db.insertInto("managed_room").values(room).execute();
      await db.insertInto("managed_member").values(member).execute();
      await db.deleteFrom("managed_room").where("key", "=", "space:gone").execute();
      expect(await db.selectFrom("managed_member").selectAll().execute()).toEqual([]);
    });

    it("keeps nothing of a transaction that breaks", async () => {
      const broken = store.db.transaction().execute(async (trx) => {
        await trx.insertInto("inbox_transaction").values({ txn_id: "half" }).execute();
        throw new Error("broken in the middle");
      });
      await expect(broken).rejects.toThrow("broken in the middle");
      const rows = await store.db
        .selectFrom("inbox_transaction")
        .where("txn_id", "=", "half")
        .selectAll()
        .execute();
      expect(rows).toEqual([]);
    });
  });

  describe(`the store, killed in the middle of writing: ${name}`, () => {
    let under: StoreUnderTest;
    beforeAll(async () => {
      under = await make();
    });
    afterAll(() => under.stop());

    it("has every row that was acknowledged, three times over", async () => {
      const acknowledged: string[] = [];
      for (const round of [1, 2, 3]) {
        const enough = acknowledged.length + 40;
        const writer = spawn(
          process.execPath,
          [WRITER, JSON.stringify(under.config), String(round)],
          { stdio: ["ignore", "pipe", "inherit"] },
        );
        const ended = once(writer, "exit");
        for await (const line of createInterface({ input: writer.stdout })) {
          acknowledged.push(line);
          if (acknowledged.length === enough) writer.kill("SIGKILL");
        }
        expect(await ended).toEqual([null, "SIGKILL"]);
      }
      const store = await openStore(under.config);
      const rows = await store.db.selectFrom("inbox_transaction").select("txn_id").execute();
      await store.close();
      const kept = new Set(rows.map(({ txn_id: id }) => id));
      expect(acknowledged.length).toBeGreaterThanOrEqual(120);
      expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
    }, 60_000);
  });
}
