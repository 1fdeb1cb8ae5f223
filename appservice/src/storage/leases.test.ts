import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { scratchStore } from "../testing/scratch-store.ts";
import type { ScratchStore } from "../testing/scratch-store.ts";
import { LeaseLost, Leases } from "./leases.ts";

let store: ScratchStore;
beforeAll(async () => {
  store = await scratchStore();
});
afterAll(() => store.stop());
beforeEach(() => store.wipe());

const copy = (holder: string, instance = holder, lastsMs?: number) =>
  new Leases({ db: store.db, holder, instance, ...(lastsMs === undefined ? {} : { lastsMs }) });

/** What a copy that was killed left behind. */
async function leftBehind(instance: string, seconds: number): Promise<void> {
  await sql`insert into lease (name, holder, instance, until)
    values ('work', 'dead', ${instance}, clock_timestamp() + ${seconds} * interval '1 second')`.execute(
    store.db,
  );
}

describe("a lease", () => {
  it("is one copy's at a time, and the next one's when the work is done", async () => {
    const [one, other] = [copy("one"), copy("other")];
    await one.tryLease("work", async () => {
      expect(await other.tryLease("work", async () => "mine")).toEqual({ held: false });
      expect(await other.tryLease("other work", async () => "mine")).toMatchObject({ held: true });
    });
    expect(await other.tryLease("work", async () => "mine")).toEqual({ held: true, value: "mine" });
  });

  it("is had once within a process, too", async () => {
    const one = copy("one");
    await one.tryLease("work", async () => {
      expect(await one.tryLease("work", async () => "mine")).toEqual({ held: false });
    });
  });

  it("is waited for", async () => {
    const [one, other] = [copy("one", "one", 200), copy("other", "other", 200)];
    const order: string[] = [];
    const { promise: begun, resolve } = Promise.withResolvers<undefined>();
    const { promise: end, resolve: finish } = Promise.withResolvers<undefined>();
    const first = one.withLease("work", async () => {
      resolve(undefined);
      await end;
      order.push("one");
    });
    await begun;
    const second = other.withLease("work", async () => order.push("other"));
    finish(undefined);
    await Promise.all([first, second]);
    expect(order).toEqual(["one", "other"]);
  });

  it("is not waited for any longer when told so", async () => {
    await leftBehind("elsewhere", 60);
    const waiting = copy("one").withLease("work", async () => "mine", AbortSignal.timeout(20));
    await expect(waiting).rejects.toThrow("timeout");
  });

  it("is free again when the work failed", async () => {
    const broken = copy("one").withLease("work", async () => {
      throw new Error("broken");
    });
    await expect(broken).rejects.toThrow("broken");
    expect(await copy("other").tryLease("work", async () => 1)).toMatchObject({ held: true });
  });

  it("of a killed copy is taken over when it has run out, not before", async () => {
    await leftBehind("elsewhere", 60);
    expect(await copy("one").tryLease("work", async () => 1)).toEqual({ held: false });
    await store.wipe();
    await leftBehind("elsewhere", -1);
    expect(await copy("one").tryLease("work", async () => 1)).toMatchObject({ held: true });
  });

  it("of a killed self is taken back at the start", async () => {
    await leftBehind("here", 60);
    const again = copy("new", "here");
    await again.recover();
    expect(await again.tryLease("work", async () => 1)).toMatchObject({ held: true });
  });

  it("outlasts its time as long as its holder lives", async () => {
    const one = copy("one", "one", 150);
    await one.tryLease("work", async (lease) => {
      const untils = new Set<string>();
      // Several renewals have come to pass.
      while (untils.size < 5) {
        const row = await store.db.selectFrom("lease").select("until").executeTakeFirstOrThrow();
        untils.add(row.until.toISOString());
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      expect(lease.signal.aborted).toBe(false);
    });
  });

  it("that was lost lets nothing be written, and says so", async () => {
    await copy("one").tryLease("work", async (lease) => {
      await sql`update lease set holder = 'other'`.execute(store.db);
      const write = store.db.transaction().execute(async (trx) => {
        await lease.secure(trx);
        await trx.insertInto("inbox_transaction").values({ txn_id: "late" }).execute();
      });
      await expect(write).rejects.toThrow(LeaseLost);
      expect(lease.signal.aborted).toBe(true);
    });
    expect(await store.db.selectFrom("inbox_transaction").selectAll().execute()).toEqual([]);
    // And it is not freed by who lost it.
    expect(await store.db.selectFrom("lease").select("holder").execute()).toEqual([
      { holder: "other" },
    ]);
  });
});
