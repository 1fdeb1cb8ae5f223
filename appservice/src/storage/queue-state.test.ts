import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { scratchStore } from "../testing/scratch-store.ts";
import type { ScratchStore } from "../testing/scratch-store.ts";
import { pruneQueues, queueState } from "./queue-state.ts";

let store: ScratchStore;
beforeAll(async () => {
  store = await scratchStore();
});
afterAll(() => store.stop());
beforeEach(() => store.wipe());

const KEPT = { doneDays: 7, quarantinedDays: 90 };
/** An event of the inbox, so many days old, done or in quarantine since then. */
async function inboxRow(id: string, days: number, is: "waiting" | "done" | "quarantined") {
  await sql`insert into inbox_event
      (event_id, subscriber, room_id, type, body, received_at, processed_at, quarantined_at)
    select ${id}, 'count', '!r', 't', '{}', at,
      case when ${is} = 'done' then at end, case when ${is} = 'quarantined' then at end
    from (select now() - ${days} * interval '1 day' as at) as times`.execute(store.db);
}
async function outboxRow(id: string, days: number, is: "waiting" | "done" | "quarantined") {
  await sql`insert into outbox
      (id, sender, room_id, type, content, queued_at, sent_at, quarantined_at)
    select ${id}, '@s', '!r', 't', '{}', at,
      case when ${is} = 'done' then at end, case when ${is} = 'quarantined' then at end
    from (select now() - ${days} * interval '1 day' as at) as times`.execute(store.db);
}

it("a queue's state: what waits, how long, and what is in quarantine", async () => {
  for (const row of [inboxRow, outboxRow]) {
    await row("a", 2, "waiting");
    await row("b", 1, "waiting");
    await row("c", 3, "done");
    await row("d", 4, "quarantined");
  }
  for (const queue of ["inbox", "outbox"] as const) {
    const { oldestSeconds, ...counts } = await queueState(store.db, queue);
    expect(counts).toEqual({ waiting: 2, quarantined: 1 });
    expect(oldestSeconds).toBeCloseTo(2 * 86_400, -2);
  }
});

it("an empty queue has no age", async () => {
  expect(await queueState(store.db, "inbox")).toEqual({
    waiting: 0,
    oldestSeconds: 0,
    quarantined: 0,
  });
});

it("pruning forgets what is done for a week, what is in quarantine for a quarter, and never what waits", async () => {
  for (const row of [inboxRow, outboxRow]) {
    await row("done long ago", 8, "done");
    await row("done lately", 6, "done");
    await row("quarantined long ago", 91, "quarantined");
    await row("quarantined lately", 89, "quarantined");
    await row("waiting long", 300, "waiting");
  }
  await sql`insert into inbox_transaction (txn_id, received_at) values
    ('old', now() - interval '8 days'), ('new', now())`.execute(store.db);
  expect(await pruneQueues(store.db, KEPT, ["count"])).toBe(4);
  const left = ["done lately", "quarantined lately", "waiting long"];
  const inbox = await store.db.selectFrom("inbox_event").select("event_id as id").execute();
  const outbox = await store.db.selectFrom("outbox").select("id").execute();
  expect(inbox.map(({ id }) => id)).toEqual(left);
  expect(outbox.map(({ id }) => id)).toEqual(left);
  const transactions = await store.db.selectFrom("inbox_transaction").select("txn_id").execute();
  expect(transactions).toEqual([{ txn_id: "new" }]);
});

it("what waits a week for a capability that is no more keeps its id and loses its body", async () => {
  await inboxRow("old", 8, "waiting");
  await inboxRow("new", 6, "waiting");
  await pruneQueues(store.db, KEPT, []);
  const rows = await store.db.selectFrom("inbox_event").selectAll().orderBy("position").execute();
  expect(rows).toMatchObject([
    { event_id: "old", body: null, reason: "nobody handles it" },
    { event_id: "new", body: {}, reason: null },
  ]);
});
