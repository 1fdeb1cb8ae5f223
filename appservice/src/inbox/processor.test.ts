import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Leases } from "../storage/index.ts";
import { scratchStore } from "../testing/scratch-store.ts";
import type { ScratchStore } from "../testing/scratch-store.ts";
import { Inbox } from "./inbox.ts";
import { INBOX_LEASE, Processor } from "./processor.ts";
import type { InboxEvents } from "./processor.ts";
import type { Subscription } from "./subscription.ts";

let store: ScratchStore;
beforeAll(async () => {
  store = await scratchStore();
  await sql`create table effect (position serial, event_id text)`.execute(store.db);
});
afterAll(() => store.stop());

let told: string[];
let leases: Leases;
const running: Processor[] = [];
beforeEach(async () => {
  await store.wipe();
  told = [];
  leases = new Leases({ db: store.db, holder: "h", instance: "i" });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

const events: InboxEvents = {
  handled() {},
  failed: (subscriber, eventId, reason) => told.push(`${subscriber} ${eventId} failed: ${reason}`),
  quarantined: (subscriber, eventId, reason) =>
    told.push(`${subscriber} ${eventId} quarantined: ${reason}`),
  stumbled: (error) => told.push(String(error)),
};

/** Counts in the store what it handled; what `breaks` says first. */
function counting(breaks: (eventId: string) => void = () => {}): Subscription {
  return {
    name: "count",
    types: ["eu.townhall.alert"],
    keep: ({ sender }) => ({ sender }),
    async handle({ eventId }, trx) {
      await sql`insert into effect (event_id) values (${eventId})`.execute(trx);
      breaks(eventId);
    },
  };
}

const event = (id: string, room = "!room") => ({
  event_id: id,
  room_id: room,
  type: "eu.townhall.alert",
  sender: "@u1:stadt.example",
});
const ids = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `$${from + index}`);
const processor = (subscription: Subscription, pausesMs: readonly number[] = [0, 0]) =>
  new Processor({ db: store.db, leases, subscriptions: [subscription], events, pausesMs });
const take = (subscription: Subscription, ...pushed: readonly unknown[]) =>
  new Inbox(store.db, [subscription]).take("t", pushed);
const drain = (one: Processor) => leases.withLease(INBOX_LEASE, (lease) => one.drain(lease));
async function effects(): Promise<readonly string[]> {
  const { rows } = await sql<{ event_id: string }>`select * from effect order by position`.execute(
    store.db,
  );
  return rows.map(({ event_id: id }) => id);
}
const rows = () => store.db.selectFrom("inbox_event").selectAll().orderBy("position").execute();

describe("the inbox's processing", () => {
  it("handles each event once, in order, and keeps nothing of it", async () => {
    const one = counting();
    await take(one, ...ids(1, 450).map((id) => event(id)));
    await drain(processor(one));
    await drain(processor(one));
    expect(await effects()).toEqual(ids(1, 450));
    expect((await rows()).every(({ body, processed_at: at }) => body === null && at !== null)).toBe(
      true,
    );
  });

  it("gives a handler what was kept, and says when it is done", async () => {
    const seen: unknown[] = [];
    const one: Subscription = {
      ...counting(),
      handle: async (given) => void seen.push(given),
      committed: () => seen.push("committed"),
    };
    await take(one, event("$1"));
    await drain(processor(one));
    expect(seen).toEqual([
      {
        eventId: "$1",
        roomId: "!room",
        type: "eu.townhall.alert",
        kept: { sender: "@u1:stadt.example" },
      },
      "committed",
    ]);
  });

  it("keeps no effect of a handler that throws, tries again, and puts the event in quarantine", async () => {
    const one = counting((id) => {
      if (id === "$2") throw new TypeError("secret words");
    });
    await take(one, ...ids(1, 4).map((id) => event(id)));
    await drain(processor(one));
    expect(await effects()).toEqual(["$1", "$3", "$4"]);
    expect((await rows())[1]).toMatchObject({
      event_id: "$2",
      room_id: "!room",
      type: "eu.townhall.alert",
      body: null,
      processed_at: null,
      quarantined_at: expect.any(Date),
      reason: expect.stringMatching(/^TypeError at processor\.test\.ts:\d+$/),
    });
    expect(told.map((line) => line.split(":", 1)[0])).toEqual([
      "count $2 failed",
      "count $2 failed",
      "count $2 quarantined",
    ]);
    expect(JSON.stringify([told, await rows()])).not.toContain("secret words");
  });

  it("while an event waits for its next try: what is behind it in its room waits, other rooms go on", async () => {
    const one = counting((id) => {
      if (id === "$1") throw new Error("not yet");
    });
    await take(one, event("$1"), event("$2", "!other"), event("$3"));
    await drain(processor(one, [60_000]));
    await take(one, event("$1"), event("$4", "!other"), event("$5"));
    await drain(processor(one, [60_000]));
    expect(await effects()).toEqual(["$2", "$4"]);
  });

  it("handles an event that passes at its second try once, before what is behind it", async () => {
    const tries: string[] = [];
    const one = counting((id) => {
      tries.push(id);
      if (id === "$1" && tries.filter((tried) => tried === id).length < 3) throw new Error("no");
    });
    await take(one, event("$1"), event("$2"));
    await drain(processor(one));
    expect(await effects()).toEqual(["$1", "$2"]);
  });

  it("is not stopped by a handler that swallows an error of the store", async () => {
    const one: Subscription = {
      ...counting(),
      async handle({ eventId }, trx) {
        await sql`insert into effect (event_id) values (${eventId})`.execute(trx);
        if (eventId === "$1") await sql`select 1 / 0`.execute(trx).catch(() => {});
      },
    };
    await take(one, event("$1"), event("$2"));
    await drain(processor(one));
    expect(await effects()).toEqual(["$2"]);
    expect((await rows()).map(({ quarantined_at: at }) => at !== null)).toEqual([true, false]);
  });

  it("handles what was under way when the process was killed", async () => {
    const one = counting();
    await take(one, ...ids(1, 5).map((id) => event(id)));
    await sql`update inbox_event set attempts = 1 where position <= 3`.execute(store.db);
    await drain(processor(one));
    expect(await effects()).toEqual(ids(1, 5));
  });

  it("does not begin for ever what the process dies of", async () => {
    const one = counting();
    await take(one, event("$1"), event("$2"));
    await sql`update inbox_event set attempts = 8 where event_id = '$1'`.execute(store.db);
    await drain(processor(one));
    expect(await effects()).toEqual(["$2"]);
    expect((await rows())[0]?.reason).toBe("begun 8 times and never finished");
  });

  it.each([
    ["a text", `'"text"'`],
    ["a list", `'[1]'`],
    ["nothing", "null"],
    ["JSON's null", `'null'`],
  ])("is not stopped by a row whose body is %s", async (_, body) => {
    const one: Subscription = {
      ...counting(),
      async handle({ eventId, kept }, trx) {
        if (!("sender" in kept)) throw new Error("no sender");
        await sql`insert into effect (event_id) values (${eventId})`.execute(trx);
      },
    };
    await take(one, event("$1"), event("$2"));
    await sql.raw(`update inbox_event set body = ${body} where event_id = '$1'`).execute(store.db);
    await drain(processor(one));
    expect(await effects()).toEqual(["$2"]);
  });

  it("leaves alone what a capability waits for that this copy does not have", async () => {
    await take({ ...counting(), name: "newer" }, event("$1"));
    await drain(processor(counting()));
    expect((await rows())[0]).toMatchObject({ processed_at: null, quarantined_at: null });
  });

  it("does nothing once another copy has the lease", async () => {
    const one = counting();
    await take(one, event("$1"));
    await expect(
      leases.withLease(INBOX_LEASE, async (lease) => {
        await sql`update lease set holder = 'other'`.execute(store.db);
        await processor(one).drain(lease);
      }),
    ).rejects.toThrow("another copy's");
    expect(await effects()).toEqual([]);
  });

  it("runs by itself: what is there at the start, and what comes", async () => {
    const waiting: (() => void)[] = [];
    const one: Subscription = { ...counting(), committed: () => waiting.shift()?.() };
    const next = () => new Promise<void>((resolve) => waiting.push(resolve));
    const runs = processor(one);
    running.push(runs);
    await take(one, event("$1"));
    const first = next();
    runs.start();
    await first;
    const second = next();
    await new Inbox(store.db, [one], () => runs.wake()).take("t2", [event("$2")]);
    await second;
    expect(await effects()).toEqual(["$1", "$2"]);
  });

  it("refuses two capabilities of one name: they would share their rows", () => {
    const subscriptions = [counting(), counting()];
    expect(() => new Processor({ db: store.db, leases, subscriptions, events })).toThrow("same");
  });
});
