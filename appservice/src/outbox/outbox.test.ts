import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FakeHomeserver, HomeserverError } from "../homeserver/index.ts";
import { Leases } from "../storage/index.ts";
import { scratchStore } from "../testing/scratch-store.ts";
import type { ScratchStore } from "../testing/scratch-store.ts";
import { Outbox } from "./outbox.ts";
import { OUTBOX_LEASE, Sender } from "./sender.ts";
import type { OutboxEvents } from "./sender.ts";

let store: ScratchStore;
beforeAll(async () => {
  store = await scratchStore();
});
afterAll(() => store.stop());

let homeserver: FakeHomeserver;
let rooms: string[];
let leases: Leases;
let told: string[];
let ids: number;
const outbox = new Outbox(() => `id${(ids += 1)}`);
const running: Sender[] = [];
beforeEach(async () => {
  await store.wipe();
  homeserver = new FakeHomeserver();
  const room = { isSpace: false, name: "x", topic: "", state: [], powerLevels: {} };
  rooms = [await homeserver.createRoom(room), await homeserver.createRoom(room)];
  leases = new Leases({ db: store.db, holder: "h", instance: "i" });
  told = [];
  ids = 0;
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

const events: OutboxEvents = {
  sent() {},
  failed: (id, reason) => told.push(`${id} failed: ${reason}`),
  quarantined: (id, reason) => told.push(`${id} quarantined: ${reason}`),
  stumbled: (error) => told.push(String(error)),
};
const sender = (pausesMs: readonly number[] = [0]) =>
  new Sender({ db: store.db, leases, homeserver, events, pausesMs });
const drain = (one = sender()) => leases.withLease(OUTBOX_LEASE, (lease) => one.drain(lease));
const queue = (body: string, room = 0, change: { readonly sender?: string } = {}) =>
  store.db.transaction().execute((trx) =>
    outbox.enqueue(trx, {
      roomId: rooms[room] ?? "!nowhere",
      type: "m.room.message",
      content: { body },
      sender: homeserver.provisioningUser,
      ...change,
    }),
  );
const bodies = (room = 0) =>
  homeserver.sent
    .filter(({ roomId }) => roomId === rooms[room])
    .map(({ content }) => content["body"]);
const rows = () => store.db.selectFrom("outbox").selectAll().orderBy("position").execute();
const refusal = (code: string, status: number, retry: "never" | "later", mayBeDone?: boolean) =>
  new HomeserverError({
    status,
    code,
    message: "no",
    retry,
    ...(mayBeDone === undefined ? {} : { mayBeDone }),
  });

describe("the outbox", () => {
  it("sends what was queued, in order, once, and keeps no content", async () => {
    const words = Array.from({ length: 120 }, (_, index) => `word ${index}`);
    for (const word of words) await queue(word);
    await drain();
    await drain();
    expect(bodies()).toEqual(words);
    expect(
      (await rows()).every((row) => row.content === null && row.event_id !== null && row.sent_at),
    ).toBe(true);
  });

  it("sends nothing of a transaction that breaks", async () => {
    const broken = store.db.transaction().execute(async (trx) => {
      await outbox.enqueue(trx, {
        roomId: rooms[0] ?? "",
        type: "m.room.message",
        content: {},
        sender: homeserver.provisioningUser,
      });
      throw new Error("broken");
    });
    await expect(broken).rejects.toThrow("broken");
    await drain();
    expect(homeserver.sent).toEqual([]);
  });

  it("sends once although the answer is lost, or the process dies before it is noted", async () => {
    await queue("one");
    let lost = 2;
    homeserver.failAfter = (method) =>
      method === "send" && (lost -= 1) >= 0 ? refusal("UNREACHABLE", 0, "later") : undefined;
    await drain();
    // As if killed between the answer and its note.
    await sql`update outbox set sent_at = null, event_id = null, content = '{"body":"one"}'`.execute(
      store.db,
    );
    await drain();
    expect(bodies()).toEqual(["one"]);
    expect(told).toEqual(["id1 failed: UNREACHABLE 0", "id1 failed: UNREACHABLE 0"]);
  });

  it("holds what is behind an event that must wait, in its room, of its sender; the rest goes on", async () => {
    await homeserver.putAccount("@anna:fake.example", { displayName: "Anna", mail: "a@x.example" });
    homeserver.rooms.get(rooms[0] ?? "")?.members.set("@anna:fake.example", "join");
    await queue("one");
    await queue("two");
    await queue("hers", 0, { sender: "@anna:fake.example" });
    await queue("elsewhere", 1);
    homeserver.failBefore = (method, subject) =>
      method === "send" && subject.endsWith("id1") ? refusal("X", 503, "later") : undefined;
    await drain(sender([60_000]));
    await queue("three");
    await drain(sender([60_000]));
    expect([bodies(0), bodies(1)]).toEqual([["hers"], ["elsewhere"]]);
    homeserver.failBefore = undefined;
    await sql`update outbox set next_at = clock_timestamp() where next_at is not null`.execute(
      store.db,
    );
    await drain();
    expect(bodies(0)).toEqual(["hers", "one", "two", "three"]);
  });

  it("puts what is refused for good into quarantine, and goes on behind it", async () => {
    await queue("to nowhere", 7);
    await queue("a stranger's", 0, { sender: "@stranger:fake.example" });
    await queue("mine");
    await drain();
    expect(bodies()).toEqual(["mine"]);
    expect(told.toSorted()).toEqual([
      "id1 quarantined: M_NOT_FOUND 404",
      "id2 quarantined: M_FORBIDDEN 403",
    ]);
  });

  it("sends what was quarantined when it is asked to, if it surely was not sent before", async () => {
    await queue("a stranger's", 0, { sender: "@anna:fake.example" });
    await drain();
    homeserver.rooms.get(rooms[0] ?? "")?.members.set("@anna:fake.example", "join");
    expect(await outbox.again(store.db, "id1")).toBe(true);
    expect(await outbox.again(store.db, "id1")).toBe(false);
    await drain();
    expect(bodies()).toEqual(["a stranger's"]);
  });

  it("sends from a device that was made again, if the event surely was not sent before", async () => {
    await queue("one");
    const one = sender();
    await drain(one);
    homeserver.deleteDevice(homeserver.provisioningUser, "KLAAF");
    await queue("two");
    await drain(one);
    expect(bodies()).toEqual(["one", "two"]);
  });

  it.each([
    ["the same process", true],
    ["another process", false],
  ])("does not send twice what was tried from a device that is gone: %s", async (_, same) => {
    await queue("one");
    homeserver.failAfter = (method) =>
      method === "send" ? refusal("UNREACHABLE", 0, "later") : undefined;
    const one = sender([60_000]);
    await drain(one);
    homeserver.failAfter = undefined;
    homeserver.deleteDevice(homeserver.provisioningUser, "KLAAF");
    await sql`update outbox set next_at = null`.execute(store.db);
    await drain(same ? one : sender());
    expect(bodies()).toEqual(["one"]);
    expect(told.at(-1)).toBe("id1 quarantined: unclear: tried from a device that is gone");
    expect(await outbox.again(store.db, "id1")).toBe(false);
  });

  it("does not send twice what the homeserver may have forgotten by now", async () => {
    await queue("one");
    await homeserver.ensureDevice(homeserver.provisioningUser, "KLAAF");
    await sql`update outbox set unclear_since = now() - interval '24 hours'`.execute(store.db);
    await drain();
    expect(homeserver.sent).toEqual([]);
    expect(told).toEqual(["id1 quarantined: unclear: first tried more than 23 hours ago"]);
  });

  it("waits any time for a homeserver that surely has not had the event", async () => {
    await queue("one");
    homeserver.failBefore = () => refusal("UNREACHABLE", 0, "later", false);
    await drain(sender([60_000]));
    expect((await rows())[0]).toMatchObject({ unclear_since: null, quarantined_at: null });
  });

  it("sends nothing once another copy has the lease", async () => {
    await queue("one");
    await expect(
      leases.withLease(OUTBOX_LEASE, async (lease) => {
        await sql`update lease set holder = 'other'`.execute(store.db);
        await sender().drain(lease);
      }),
    ).rejects.toThrow("another copy's");
    expect(homeserver.sent).toEqual([]);
  });

  it("runs by itself: what is there at the start, and what comes", async () => {
    const waiting: (() => void)[] = [];
    const next = () => new Promise<void>((resolve) => waiting.push(resolve));
    const runs = new Sender({
      db: store.db,
      leases,
      homeserver,
      events: { ...events, sent: () => waiting.shift()?.() },
    });
    running.push(runs);
    await queue("one");
    const first = next();
    runs.start();
    await first;
    const second = next();
    await queue("two");
    runs.wake();
    await second;
    expect(bodies()).toEqual(["one", "two"]);
  });
});
