import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { scratchStore } from "../testing/scratch-store.ts";
import type { ScratchStore } from "../testing/scratch-store.ts";
import { Inbox } from "./inbox.ts";
import type { Subscription } from "./subscription.ts";

/** Wants alerts, whole. */
const alerts: Subscription = {
  name: "alerts",
  types: ["eu.townhall.alert"],
  keep: (whole) => whole,
  async handle() {},
};

let store: ScratchStore;
let inbox: Inbox;
beforeAll(async () => {
  store = await scratchStore();
});
afterAll(() => store.stop());
beforeEach(async () => {
  await store.wipe();
  inbox = new Inbox(store.db, [alerts]);
});

const event = (id: string, change: Readonly<Record<string, unknown>> = {}) => ({
  event_id: id,
  room_id: "!room",
  type: "eu.townhall.alert",
  sender: "@u1:stadt.example",
  content: { body: "Alarm" },
  ...change,
});
const rows = () => store.db.selectFrom("inbox_event").selectAll().orderBy("position").execute();

describe("the inbox", () => {
  it("has stored an event, whole and in order, when it answers", async () => {
    const events = [event("$1"), event("$2")];
    expect(await inbox.take("t1", events)).toEqual({ kept: 2, dropped: 0, repeated: 0 });
    expect((await rows()).map(({ body }) => body)).toEqual(events);
  });

  it("answers nothing, and stores nothing, when the store fails", async () => {
    const broken = new Inbox(store.db, [alerts]);
    await store.db.schema.alterTable("inbox_event").renameTo("gone").execute();
    await expect(broken.take("t1", [event("$1")])).rejects.toThrow("inbox_event");
    await store.db.schema.alterTable("gone").renameTo("inbox_event").execute();
    // The transaction was not marked as taken either: the homeserver's next try counts.
    expect(await inbox.take("t1", [event("$1")])).toEqual({ kept: 1, dropped: 0, repeated: 0 });
  });

  it("takes a transaction that comes again once", async () => {
    await inbox.take("t1", [event("$1")]);
    expect(await inbox.take("t1", [event("$1")])).toEqual({ kept: 0, dropped: 0, repeated: 1 });
    expect(await rows()).toHaveLength(1);
  });

  it("takes an event that comes again in another transaction once", async () => {
    await inbox.take("t1", [event("$1")]);
    const again = await inbox.take("t2", [event("$1"), event("$2"), event("$2")]);
    expect(again).toEqual({ kept: 1, dropped: 0, repeated: 2 });
    expect(await rows()).toHaveLength(2);
  });

  it("takes a transaction that comes twice at the same time once", async () => {
    const taken = await Promise.all([1, 2, 3].map(() => inbox.take("t1", [event("$1")])));
    expect(taken.map(({ kept }) => kept).toSorted((one, other) => one - other)).toEqual([0, 0, 1]);
    expect(await rows()).toHaveLength(1);
  });

  it("takes what is new of a transaction whose number was used before: the homeserver came back from a backup", async () => {
    await inbox.take("t1", [event("$1")]);
    expect(await inbox.take("t1", [event("$2")])).toEqual({ kept: 1, dropped: 0, repeated: 0 });
  });

  it("keeps of an event only what its subscriber asks for", async () => {
    const modest = new Inbox(store.db, [{ ...alerts, keep: ({ sender }) => ({ sender }) }]);
    await modest.take("t1", [event("$1")]);
    expect((await rows())[0]?.body).toEqual({ sender: "@u1:stadt.example" });
  });

  it("keeps nothing of an event that its subscriber does not want after all", async () => {
    const picky = new Inbox(store.db, [{ ...alerts, keep: () => undefined }]);
    expect(await picky.take("t1", [event("$1")])).toEqual({ kept: 0, dropped: 1, repeated: 0 });
  });

  it("keeps an event for each that subscribed to its type", async () => {
    const both = new Inbox(store.db, [alerts, { ...alerts, name: "log", keep: () => ({}) }]);
    expect(await both.take("t1", [event("$1")])).toEqual({ kept: 1, dropped: 0, repeated: 0 });
    expect(await both.take("t2", [event("$1")])).toEqual({ kept: 0, dropped: 0, repeated: 1 });
    expect((await rows()).map(({ subscriber }) => subscriber)).toEqual(["alerts", "log"]);
  });

  it("answers although a subscriber breaks on an event, and notes where without its words", async () => {
    const broken = new Inbox(store.db, [
      {
        ...alerts,
        keep({ content }) {
          throw new TypeError(`What is ${JSON.stringify(content)}?`);
        },
      },
    ]);
    expect(await broken.take("t1", [event("$1")])).toMatchObject({ kept: 1 });
    const [row] = await rows();
    expect(row).toMatchObject({
      body: null,
      reason: expect.stringMatching(/^TypeError at inbox\.test\.ts:\d+$/),
    });
    expect(row?.quarantined_at).toBeInstanceOf(Date);
  });

  it("answers although an event is nested beyond all measure", async () => {
    let deep: unknown = "bottom";
    for (let level = 0; level < 50_000; level += 1) deep = [deep];
    expect(await inbox.take("t1", [event("$1", { content: { deep } }), event("$2")])).toEqual({
      kept: 2,
      dropped: 0,
      repeated: 0,
    });
    expect((await rows()).map(({ reason }) => reason)).toEqual([
      expect.stringContaining("RangeError"),
      null,
    ]);
  });

  it("leaves no row of what nobody subscribed to", async () => {
    const chat = event("$1", { type: "m.room.message" });
    expect(await inbox.take("t1", [chat])).toEqual({ kept: 0, dropped: 1, repeated: 0 });
    expect(await rows()).toEqual([]);
  });

  it("subscribed to nothing, keeps nothing", async () => {
    const deaf = new Inbox(store.db, []);
    expect(await deaf.take("t1", [event("$1")])).toMatchObject({ kept: 0, dropped: 1 });
    expect(await rows()).toEqual([]);
  });

  it.each([
    ["null", null],
    ["a text", "event"],
    ["no id", event("")],
    ["an id that is no text", event("$1", { event_id: 7 })],
    ["no room", event("$1", { room_id: undefined })],
    ["a type that is no text", event("$1", { type: ["eu.townhall.alert"] })],
    ["an id beyond all measure", event("$".repeat(300))],
    ["an id with a null character", event("$1\u0000")],
    ["an id that is half a character", event("$1\uD800")],
    ["a room with a null character", event("$1", { room_id: "!r\u0000" })],
  ])("drops %s, and keeps what comes with it", async (_, malformed) => {
    expect(await inbox.take("t1", [malformed, event("$good")])).toEqual({
      kept: 1,
      dropped: 1,
      repeated: 0,
    });
    expect((await rows()).map((row) => row.event_id)).toEqual(["$good"]);
  });

  it.each([
    ["a null character", "a\u0000b"],
    ["half a character", "a\uD83Db"],
    ["an escaped null that is none", String.raw`a\u0000b`],
    ["a quote and a statement", `'); drop table inbox_event; --`],
  ])("is not stopped by %s in what people write", async (_, body) => {
    const content = { body, [body]: [body], nested: { deep: body } };
    expect(await inbox.take("t1", [event("$1", { content })])).toMatchObject({ kept: 1 });
    const readable = body.replace("\u0000", "\uFFFD").toWellFormed();
    expect((await rows())[0]?.body?.["content"]).toEqual({
      body: readable,
      [readable]: [readable],
      nested: { deep: readable },
    });
  });
});
