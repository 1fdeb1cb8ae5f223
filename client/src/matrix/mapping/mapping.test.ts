import { anything, assert, constantFrom, property, record, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { ROOM_CLASS_TYPE } from "@klaaf/protocol";
import type { RoomSummary } from "../door.ts";
import { label } from "./content.ts";
import type { RawEvent, RoomState } from "./raw-event.ts";
import { mayWrite } from "./room-rights.ts";
import { newestOf, roomSummary } from "./room-summary.ts";
import { lastMessage, timelineItem } from "./timeline-item.ts";
import { unitsOf } from "./units.ts";

const me = "@me:stadt.example";

function event(part: Partial<RawEvent>): RawEvent {
  return {
    eventId: "$1",
    type: "m.room.message",
    senderId: "@jonas:stadt.example",
    senderName: "Jonas",
    stateKey: undefined,
    content: { msgtype: "m.text", body: "Guten Tag" },
    previousContent: undefined,
    sentAt: 1000,
    redacted: false,
    transactionId: undefined,
    ...part,
  };
}

/** A room's state from `[type, content, sender]`. */
type StateEntry = readonly [string, unknown, string?];

function state(...entries: readonly StateEntry[]): RoomState {
  const find = (type: string) => entries.find(([one]) => one === type);
  return { content: (type) => find(type)?.[1], sender: (type) => find(type)?.[2] };
}

const item = (part: Partial<RawEvent>) => timelineItem(event(part), "$1", me);
const member = (membership: string, before?: string, senderId = "@jonas:stadt.example") =>
  item({
    type: "m.room.member",
    stateKey: "@jonas:stadt.example",
    senderId,
    content: { membership, displayname: "Jonas" },
    previousContent: before === undefined ? undefined : { membership: before },
  });

const create = (version: string, more = {}): readonly [string, unknown, string] => [
  "m.room.create",
  { room_version: version, ...more },
  "@provisioning:stadt.example",
];

const facts = (roomState: RoomState) => ({
  id: "!a",
  state: roomState,
  nameFromMembers: "Jonas, Erika",
  members: 3,
  unread: 2,
  mentions: -1,
});

const room = (id: string, unread: number): [string, RoomSummary] => [
  id,
  {
    ...roomSummary(
      { id, state: state(), nameFromMembers: "", members: 1, unread, mentions: 1 },
      me,
      { last: undefined, activeAt: 0 },
      undefined,
    ),
  },
];

const child = (roomId: string, content: unknown, sentAt = 0) => ({ roomId, content, sentAt });

const change = (one: ReturnType<typeof item>) => (one?.kind === "change" ? one.change : one);

const summary = (...entries: readonly StateEntry[]) =>
  roomSummary(facts(state(...entries)), me, { last: undefined, activeAt: 0 }, undefined);

describe("an event in the timeline", () => {
  it("is a text when it is one", () => {
    expect(item({})).toEqual({
      kind: "text",
      key: "$1",
      eventId: "$1",
      senderId: "@jonas:stadt.example",
      senderName: "Jonas",
      sentAt: 1000,
      mine: false,
      text: "Guten Tag",
      emote: false,
      state: { kind: "sent" },
    });
    expect(item({ content: { msgtype: "m.emote", body: "winkt" } })).toMatchObject({ emote: true });
    expect(item({ senderId: me })).toMatchObject({ mine: true });
  });

  it.each([
    ["an image", "m.room.message", { msgtype: "m.image", body: "bild.png" }, "bild.png"],
    ["a kind from the future", "m.room.message", { msgtype: "x.y", body: "Neues" }, "Neues"],
    ["a body that is no text", "m.room.message", { msgtype: "m.text", body: { a: 1 } }, ""],
    ["no content at all", "m.room.message", undefined, ""],
    ["an encrypted one", "m.room.encrypted", { algorithm: "x" }, ""],
    [
      "a type of our own",
      "eu.townhall.announcement",
      { version: 9, body: "Mitteilung" },
      "Mitteilung",
    ],
    ["an extensible one", "org.example.a", { "m.text": [{ body: "Hallo" }] }, "Hallo"],
  ])("is shown by its fallback if it is %s", (_, type, content, fallback) => {
    expect(item({ type, content })).toMatchObject({ kind: "other", fallback });
  });

  it.each([
    ["a reaction", "m.reaction", { "m.relates_to": { rel_type: "m.annotation", key: "👍" } }],
    ["an edit", "m.room.message", { body: "* x", "m.relates_to": { rel_type: "m.replace" } }],
    ["a call's signal", "m.call.invite", { body: "x" }],
    ["something unknown without words", "org.example.b", { a: 1 }],
  ])("is not shown if it is %s", (_, type, content) => {
    expect(item({ type, content })).toBeUndefined();
  });

  it("says that a message was removed, and nothing of a removed state", () => {
    expect(item({ redacted: true, content: {} })).toMatchObject({ kind: "removed" });
    expect(item({ redacted: true, stateKey: "", type: "m.room.name" })).toBeUndefined();
  });

  it("tells who came, went, was invited or removed", () => {
    expect(change(member("join"))).toEqual({ what: "joined", who: "Jonas" });
    expect(change(member("leave", "join"))).toEqual({ what: "left", who: "Jonas" });
    expect(change(member("leave", "join", me))).toEqual({ what: "removed", who: "Jonas" });
    expect(change(member("ban", "join", me))).toEqual({ what: "removed", who: "Jonas" });
    expect(change(member("invite", undefined, me))).toEqual({ what: "invited", who: "Jonas" });
    expect(member("join", "join")).toBeUndefined();
    expect(member("knock")).toBeUndefined();
  });

  it("tells a new name or topic, and not one that stayed", () => {
    const renamed = { type: "m.room.name", stateKey: "", content: { name: "Amt 12" } };
    expect(item(renamed)).toMatchObject({ change: { what: "renamed", name: "Amt 12" } });
    expect(item({ ...renamed, previousContent: { name: "Amt 12" } })).toBeUndefined();
    expect(item({ ...renamed, content: { name: 5 } })).toBeUndefined();
    expect(item({ type: "m.room.topic", stateKey: "", content: { topic: "Neues" } })).toMatchObject(
      { change: { what: "topic", topic: "Neues" } },
    );
  });

  it("never throws, whatever it holds", () => {
    const hostile = record({
      type: constantFrom("m.room.message", "m.room.member", "m.room.name", "m.room.topic", "a.b"),
      stateKey: constantFrom(undefined, "", me),
      senderName: string(),
      content: anything({ withNullPrototype: true }),
      previousContent: anything(),
    });
    assert(
      property(hostile, (part) => {
        const shown = item(part);
        expect(structuredClone(shown)).toEqual(shown);
        lastMessage(event(part), me);
      }),
    );
  });
});

it("cleans names of what would disturb the text around them", () => {
  expect(label("Jonas\u202E gnp.exe\nMeier\u0000")).toBe("Jonas gnp.exe Meier");
  expect(Array.from(label("👍".repeat(500)))).toHaveLength(256);
});

describe("who may write", () => {
  it.each([
    ["everybody where nothing is said", [create("11")], me, true],
    [
      "nobody below the level of messages",
      [create("11"), ["m.room.power_levels", { events_default: 50 }]],
      me,
      false,
    ],
    [
      "who has the level",
      [create("11"), ["m.room.power_levels", { events_default: 50, users: { [me]: 50 } }]],
      me,
      true,
    ],
    [
      "by the level of m.room.message itself",
      [create("11"), ["m.room.power_levels", { events: { "m.room.message": 50 } }]],
      me,
      false,
    ],
    [
      "the creator, in version 12",
      [create("12"), ["m.room.power_levels", { events_default: 100 }]],
      "@provisioning:stadt.example",
      true,
    ],
    [
      "a further creator, in version 12",
      [
        create("12", { additional_creators: [me] }),
        ["m.room.power_levels", { events_default: 200 }],
      ],
      me,
      true,
    ],
    [
      "not a further creator before version 12",
      [
        create("11", { additional_creators: [me] }),
        ["m.room.power_levels", { events_default: 50 }],
      ],
      me,
      false,
    ],
    ["nobody in clear where it is encrypted", [create("11"), ["m.room.encryption", {}]], me, false],
    ["nobody in a room that was replaced", [create("11"), ["m.room.tombstone", {}]], me, false],
    [
      "by default where the levels are nonsense",
      [create("11"), ["m.room.power_levels", { events_default: "high", users: 7 }]],
      me,
      true,
    ],
  ] as const)("%s", (_, entries, who, expected) => {
    expect(mayWrite(state(...entries), who)).toBe(expected);
  });
});

describe("a room in the list", () => {
  const provisioning = "@provisioning:stadt.example";
  const open = { version: 1, protection: "offen", record: "akte" };

  it("has its name, or those of its members", () => {
    expect(summary(["m.room.name", { name: " Amt 12 " }])).toMatchObject({
      name: "Amt 12",
      unread: 2,
      mentions: 0,
    });
    expect(summary(["m.room.name", { name: [] }]).name).toBe("Jonas, Erika");
  });

  it("is as protected as the provisioning account says, confidential otherwise", () => {
    expect(summary([ROOM_CLASS_TYPE, open, provisioning]).protection).toBe("offen");
    expect(summary([ROOM_CLASS_TYPE, open, "@mallory:stadt.example"]).protection).toBe(
      "vertraulich",
    );
    expect(summary([ROOM_CLASS_TYPE, open, "@provisioning:else.example"]).protection).toBe(
      "vertraulich",
    );
    expect(summary().protection).toBe("vertraulich");
  });

  it("is never less protected than it was", () => {
    const roomState = state([ROOM_CLASS_TYPE, open, provisioning]);
    const seen = roomSummary(facts(roomState), me, { last: undefined, activeAt: 0 }, "intern");
    expect(seen.protection).toBe("intern");
  });

  it("stands where its last message is, whoever joined after it", () => {
    const message = event({ sentAt: 5 });
    const joined = event({
      type: "m.room.member",
      stateKey: "@x:y",
      content: { membership: "join" },
      sentAt: 9,
    });
    expect(newestOf([message, joined], me)).toMatchObject({
      activeAt: 5,
      last: { text: "Guten Tag" },
    });
    expect(newestOf([joined], me)).toEqual({ activeAt: 0, last: undefined });
    expect(newestOf([], me)).toEqual({ activeAt: 0, last: undefined });
    expect(newestOf([message, event({ redacted: true, sentAt: 7 })], me).activeAt).toBe(5);
  });
});

describe("units", () => {
  const via = ["stadt.example"];

  it("hold the rooms one is in, in the order of the space", () => {
    const rooms = new Map([room("!a", 1), room("!b", 2), room("!c", 0), room("!d", 0)]);
    const [unit] = unitsOf(
      [
        {
          id: "!unit",
          name: "Amt 12",
          children: [
            child("!d", { via, order: "\u0001" }, 2),
            child("!c", { via }, 1),
            child("!a", { via, order: "b" }),
            child("!b", { via, order: "a" }),
            child("!elsewhere", { via, order: "0" }),
            child("!removed", {}),
            child("!broken", "no"),
          ],
        },
      ],
      rooms,
    );
    expect(unit).toEqual({
      id: "!unit",
      name: "Amt 12",
      roomIds: ["!b", "!a", "!c", "!d"],
      unread: 3,
      mentions: 4,
    });
  });

  it("stand in the order of their numbers", () => {
    const spaces = ["Amt 37", "Amt 5", "Ämter"].map((name) => ({ id: name, name, children: [] }));
    expect(unitsOf(spaces, new Map()).map(({ name }) => name)).toEqual([
      "Amt 5",
      "Amt 37",
      "Ämter",
    ]);
  });
});
