import { describe, expect, it } from "vitest";
import {
  ask,
  attempt,
  cuttableLine,
  endOnServer,
  follow,
  must,
  person,
  post,
  present,
  room,
  roomIn,
  run,
  say,
  session,
  start,
  textsOf,
  useServer,
} from "./world.integration.ts";

// The engine in this process against a real Synapse: no worker, no tabs.
useServer();

describe("two people in one room", () => {
  it("exchange messages, and see them counted until they are read", async () => {
    const [erika, jonas] = [await person("Erika"), await person("Jonas")];
    const roomId = await room([erika, jonas], { name: "Amt 12", topic: "Alles" });
    const [a, b] = [await start(erika), await start(jonas)];
    await Promise.all([a, b].map(({ rooms }) => rooms.until((list) => list.rooms.length === 1)));
    expect(roomIn(present(a.rooms.last()), roomId)).toMatchObject({
      name: "Amt 12",
      topic: "Alles",
      members: 3,
      unread: 0,
      canWrite: true,
      protection: "vertraulich",
    });

    const seen = b.timelineOf(roomId);
    must(await a.engine.calls.sendText(roomId, "key-1", "Guten Morgen"));
    const got = await seen.until((timeline) => textsOf(timeline).includes("Guten Morgen"));
    const item = got.items.findLast((one) => one.kind === "text");
    expect(item).toMatchObject({ senderName: "Erika", mine: false, state: { kind: "sent" } });
    const counted = await b.rooms.until((list) => roomIn(list, roomId)?.unread === 1);
    expect(roomIn(counted, roomId)?.last).toMatchObject({ text: "Guten Morgen", mine: false });

    must(await b.engine.calls.markRead(roomId, item?.eventId ?? ""));
    await b.rooms.until((list) => roomIn(list, roomId)?.unread === 0);
    // The server agrees: it counts from the receipt on.
    await say(roomId, erika.userId, "Noch etwas");
    await b.rooms.until((list) => roomIn(list, roomId)?.unread === 1);
    expect(must(await b.engine.calls.members(roomId)).map(({ name }) => name)).toEqual(
      expect.arrayContaining(["Erika", "Jonas"]),
    );
  });

  it("keep one row from echo to event, with one key", async () => {
    const erika = await person("Erika");
    const roomId = await room([erika]);
    const { engine, rooms, timelineOf } = await start(erika);
    await rooms.until((list) => list.rooms.length === 1);
    const seen = timelineOf(roomId);
    must(await engine.calls.sendText(roomId, "key-1", "eins"));
    must(await engine.calls.sendText(roomId, "key-1", "eins"));
    must(await engine.calls.sendText(roomId, "key-2", "zwei"));
    expect(seen.last()?.items.slice(-2)).toMatchObject([
      { key: "key-1", eventId: undefined, state: { kind: "waiting" } },
      { key: "key-2", eventId: undefined, state: { kind: "waiting" } },
    ]);
    await seen.until(({ items }) => items.at(-1)?.eventId !== undefined);
    await say(roomId, erika.userId, "drei");
    const end = await seen.until((timeline) => textsOf(timeline).includes("drei"));
    expect(textsOf(end)).toEqual(["eins", "zwei", "drei"]);
    for (const { items } of seen.values) {
      expect(new Set(items.map(({ key }) => key)).size).toBe(items.length);
    }
    const keys = end.items.map(({ key }) => key);
    expect(keys).toEqual(expect.arrayContaining(["key-1", "key-2"]));
  });
});

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `${from + index}`);

describe("a long timeline", () => {
  it("is loaded to its beginning, nothing lost or doubled", async () => {
    const erika = await person("Erika");
    const roomId = await room([erika]);
    for (const text of numbers(1, 70)) await say(roomId, erika.userId, text);
    const { engine, rooms, timelineOf } = await start(erika);
    await rooms.until((list) => list.rooms.length === 1);
    const seen = timelineOf(roomId);
    expect(textsOf(present(seen.last()))).toEqual(numbers(51, 70));
    const kept = seen.last()?.items.at(-1);
    while (present(seen.last()).canLoadEarlier) must(await engine.calls.loadEarlier(roomId, 30));
    expect(textsOf(present(seen.last()))).toEqual(numbers(1, 70));
    expect(seen.last()?.items.at(-1)).toBe(kept);
    expect(seen.last()?.items[0]).toMatchObject({ kind: "change", change: { what: "created" } });
    expect(seen.values.some((timeline) => timeline.loadingEarlier)).toBe(true);
    expect(seen.last()?.loadingEarlier).toBe(false);
  });

  it("has no gap after the connection was lost for 120 messages", async () => {
    const [erika, jonas] = [await person("Erika"), await person("Jonas")];
    const roomId = await room([erika, jonas]);
    await say(roomId, jonas.userId, "1");
    const line = cuttableLine();
    const { engine, rooms, timelineOf } = await start(erika, line.fetch);
    await rooms.until((list) => roomIn(list, roomId)?.last?.text === "1");
    const seen = timelineOf(roomId);
    line.cut();
    for (const text of numbers(2, 120)) await say(roomId, jonas.userId, text);
    must(await engine.calls.sendText(roomId, "key", "ohne Netz"));
    expect(seen.last()?.items.at(-1)).toMatchObject({ state: { kind: "waiting" } });
    line.mend();
    await seen.until(
      (timeline) =>
        textsOf(timeline).includes("120") && timeline.items.at(-1)?.eventId !== undefined,
    );
    expect(present(seen.last()).canLoadEarlier).toBe(true);
    expect(textsOf(present(seen.last()))).not.toContain("1");
    while (present(seen.last()).canLoadEarlier) must(await engine.calls.loadEarlier(roomId, 50));
    expect(textsOf(present(seen.last()))).toEqual([...numbers(1, 120), "ohne Netz"]);
  });

  it("shows where reading stopped", async () => {
    const [erika, jonas] = [await person("Erika"), await person("Jonas")];
    const roomId = await room([erika, jonas]);
    await say(roomId, erika.userId, "gelesen");
    await say(roomId, jonas.userId, "neu");
    const { rooms, timelineOf } = await start(erika);
    await rooms.until((list) => list.rooms.length === 1);
    const opened = present(timelineOf(roomId).last());
    expect(opened.items.find((item) => item.key === opened.readUpTo)).toMatchObject({
      text: "gelesen",
    });

    const b = await start(jonas);
    await b.rooms.until((list) => list.rooms.length === 1);
    await say(roomId, erika.userId, "danach");
    await b.rooms.until((list) => roomIn(list, roomId)?.last?.text === "danach");
    const seen = present(b.timelineOf(roomId).last());
    const read = seen.items.find((item) => item.key === seen.readUpTo);
    expect(read).toMatchObject({ text: "neu" });
  });
});

describe("what a room may hold", () => {
  it("never stops the messages behind it, however broken it is", async () => {
    const [erika, jonas] = [await person("Erika"), await person("Jonas")];
    const roomId = await room([erika, jonas], {
      power_level_content_override: { state_default: 0, events_default: 0 },
    });
    const { rooms, timelineOf } = await start(erika);
    await rooms.until((list) => list.rooms.length === 1);
    const seen = timelineOf(roomId);
    const target = await say(roomId, jonas.userId, "anfang");
    const broken: readonly (readonly [string, unknown])[] = [
      ["m.room.message", {}],
      ["m.room.message", { msgtype: 7, body: { a: [] } }],
      ["m.room.message", { msgtype: "m.text", body: "x", "m.relates_to": "nonsense" }],
      [
        "m.room.message",
        { msgtype: "m.text", body: "x", "m.relates_to": { rel_type: 5, event_id: {} } },
      ],
      [
        "m.room.message",
        {
          body: 1,
          "m.new_content": 3,
          "m.relates_to": { rel_type: "m.replace", event_id: target },
        },
      ],
      [
        "m.room.message",
        {
          msgtype: "m.text",
          body: "x",
          "m.mentions": 5,
          "m.relates_to": { "m.in_reply_to": null },
        },
      ],
      ["m.reaction", { "m.relates_to": { rel_type: "m.annotation", event_id: target, key: 9 } }],
      ["m.room.encrypted", { algorithm: {}, ciphertext: [] }],
      ["m.poll.start", { "m.poll": 4 }],
      ["org.matrix.msc3381.poll.start", { "org.matrix.msc3381.poll.start": null }],
      ["m.beacon", { "m.relates_to": { rel_type: "m.reference", event_id: 5 } }],
      ["m.sticker", { url: {} }],
      ["m.call.invite", { version: {} }],
      ["__proto__", { body: "x" }],
    ];
    for (const [type, content] of broken) {
      // Some the server refuses by itself; they could come from another server all the same.
      await post(roomId, jonas.userId, content, encodeURIComponent(type)).catch(() => {});
    }
    const state: readonly (readonly [string, string, unknown])[] = [
      ["m.room.name", "", { name: { not: "text" } }],
      ["m.room.topic", "", { topic: 5, "m.topic": 3 }],
      ["m.room.avatar", "", { url: 5 }],
      ["m.room.canonical_alias", "", { alt_aliases: "no" }],
      ["m.room.pinned_events", "", { pinned: {} }],
      ["m.space.child", "!x:y", { via: "z", order: 5 }],
      ["m.space.parent", "!x:y", { via: 5 }],
      ["io.element.functional_members", "", { service_members: 7 }],
      ["m.beacon_info", "@x:y", { live: "yes" }],
      ["org.matrix.msc3401.call", "x", { "m.intent": 5 }],
      ["org.matrix.msc3401.call.member", "x", { memberships: 5 }],
      ["m.room.retention", "", { max_lifetime: "long" }],
      ["m.room.server_acl", "", { allow: 5 }],
    ];
    for (const [type, key, content] of state) {
      const address = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/state/${encodeURIComponent(type)}/${encodeURIComponent(key)}`;
      await ask("PUT", address, content).catch(() => {});
    }
    await say(roomId, jonas.userId, "ende");
    const end = await seen.until((timeline) => textsOf(timeline).includes("ende"));
    expect(textsOf(end)).toEqual(expect.arrayContaining(["anfang", "ende"]));
    expect(structuredClone(end)).toEqual(end);

    // And all at once, as the first answer of a new start.
    const again = await start(jonas);
    await again.rooms.until((list) => roomIn(list, roomId)?.last?.text === "ende");
    expect(textsOf(present(again.timelineOf(roomId).last()))).toContain("ende");
  });

  it("is gone from the row when it was removed", async () => {
    const [erika, jonas] = [await person("Erika"), await person("Jonas")];
    const roomId = await room([erika, jonas]);
    const eventId = await say(roomId, jonas.userId, "geheim");
    const { rooms, timelineOf } = await start(erika);
    await rooms.until((list) => list.rooms.length === 1);
    const seen = timelineOf(roomId);
    await ask(
      "PUT",
      `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/redact/${encodeURIComponent(eventId)}/r${eventId.slice(1, 9)}`,
      {},
      jonas.userId,
    );
    await seen.until(({ items }) => items.some((item) => item.kind === "removed"));
    const after = await rooms.until((list) => roomIn(list, roomId)?.last === undefined);
    expect(JSON.stringify([after, seen.last()])).not.toContain("geheim");
  });

  it("is not written in clear where it is encrypted, and not at all where one may not", async () => {
    const erika = await person("Erika");
    const encrypted = await room([erika], {
      initial_state: [
        {
          type: "m.room.encryption",
          state_key: "",
          content: { algorithm: "m.megolm.v1.aes-sha2" },
        },
      ],
    });
    const closed = await room([erika], { power_level_content_override: { events_default: 50 } });
    const { engine, rooms } = await start(erika);
    const list = await rooms.until((now) => now.rooms.length === 2);
    expect(list.rooms.map(({ canWrite }) => canWrite)).toEqual([false, false]);
    for (const roomId of [encrypted, closed]) {
      expect(await engine.calls.sendText(roomId, "k", "Hallo")).toMatchObject({
        failure: { code: "forbidden" },
      });
    }
  });
});

describe("units and invitations", () => {
  it("lists the spaces one is in, with their rooms in order and their counts", async () => {
    const [erika, jonas] = [await person("Erika"), await person("Jonas")];
    const rooms = [await room([erika, jonas]), await room([erika]), await room([])];
    const unit = await room([erika], {
      name: "Amt 12",
      creation_content: { type: "m.space" },
      initial_state: rooms.map((roomId, index) => ({
        type: "m.space.child",
        state_key: roomId,
        content: { via: ["stadt.example"], order: `${9 - index}` },
      })),
    });
    const { rooms: list } = await start(erika);
    await list.until((now) => now.units.length === 1);
    await say(rooms[0] ?? "", jonas.userId, "Hallo");
    const counted = await list.until((now) => now.units[0]?.unread === 1);
    expect(counted.units).toEqual([
      { id: unit, name: "Amt 12", roomIds: [rooms[1], rooms[0]], unread: 1, mentions: 0 },
    ]);
    expect(counted.rooms.map(({ id }) => id)).not.toContain(unit);
  });

  it("accepts an invitation of the organisation, and of nobody else", async () => {
    const [erika, jonas] = [await person("Erika"), await person("Jonas")];
    const { rooms } = await start(erika);
    const invite = { invite: [erika.userId], preset: "private_chat" };
    const foreign = await ask("POST", "/_matrix/client/v3/createRoom", invite, jonas.userId);
    const own = await ask("POST", "/_matrix/client/v3/createRoom", { ...invite, name: "Neu" });
    const list = await rooms.until((now) => now.rooms.length > 0);
    expect(list.rooms.map(({ id }) => id)).toEqual([own["room_id"]]);
    expect(list.rooms.map(({ id }) => id)).not.toContain(foreign["room_id"]);
  });
});

describe("a session that ends", () => {
  it("is told as signed out, when the server no longer knows it", async () => {
    const given = await session(await person("Erika"));
    const engine = run(given);
    const connection = follow((listener) => engine.watches.connection(listener));
    await connection.until((state) => state === "online");
    await endOnServer(given);
    await connection.until((state) => state === "signed-out");
    expect(connection.values).toEqual(["starting", "online", "signed-out"]);
  });

  it("fails to begin with a wrong password", async () => {
    const erika = await person("Erika");
    expect(await attempt(erika.mail, "falsch")).toEqual({
      ok: false,
      failure: { code: "wrong-password", retry: "never" },
    });
  });
});
