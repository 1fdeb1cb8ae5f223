import { describe, expect, it } from "vitest";
import type { StateChange, TimelineItem } from "../../../matrix/door.ts";
import { fakeText } from "../../../matrix/fake.ts";
import { firstNewOf, rowsOf } from "./rows.ts";

const DAY = 86_400_000;
const NOON = Date.UTC(2026, 7, 3, 12);
const minutes = (count: number) => NOON + count * 60_000;
const text = (key: string, senderId: string, sentAt: number) => fakeText({ key, senderId, sentAt });
const change = (key: string, what: StateChange["change"]): StateChange => ({
  kind: "change",
  key,
  eventId: key,
  senderId: "@it",
  senderName: "IT",
  sentAt: NOON,
  mine: false,
  change: what,
});
const arrange = (items: readonly TimelineItem[], firstNew?: string) =>
  rowsOf(items, {
    firstNew,
    startOfDay: (at) => Math.floor(at / DAY) * DAY,
    today: NOON - DAY / 2,
  });
const shape = (items: readonly TimelineItem[], firstNew?: string) =>
  arrange(items, firstNew).map((row) =>
    row.kind === "message"
      ? `${row.key}${row.first ? " first" : ""}${row.last ? " last" : ""}`
      : row.kind,
  );

describe("a conversation's rows", () => {
  it("join one person's messages that follow each other within five minutes", () => {
    expect(
      shape([
        text("a", "@nina", minutes(0)),
        text("b", "@nina", minutes(4)),
        text("c", "@nina", minutes(9)),
        text("d", "@ute", minutes(9)),
      ]),
    ).toEqual(["day", "a first", "b last", "c first last", "d first last"]);
  });

  it("begin each day with its date, which also ends a group", () => {
    expect(
      shape([text("a", "@nina", NOON + DAY / 2 - 1000), text("b", "@nina", NOON + DAY / 2)]),
    ).toEqual(["day", "a first last", "day", "b first last"]);
  });

  it("have a line above what is new, which also ends a group", () => {
    const rows = arrange([text("a", "@nina", minutes(0)), text("b", "@nina", minutes(1))], "b");
    expect(rows.map(({ key }) => key)).toEqual(["day 1785715200000", "a", "new", "b"]);
    expect(rows[2]).toMatchObject({ kind: "new", since: minutes(1) });
    expect(rows[3]).toMatchObject({ first: true });
  });

  it("begin with the first message, not with who came in before anybody said anything", () => {
    const joins = [change("1", { what: "created" }), change("2", { what: "joined", who: "Nina" })];
    expect(
      shape([...joins, text("a", "@nina", minutes(0)), change("3", { what: "left", who: "Ute" })]),
    ).toEqual(["day", "a first last", "change"]);
    expect(shape(joins)).toEqual(["day", "change", "change"]);
  });

  it("tell together what happened to several people", () => {
    const rows = arrange([
      change("1", { what: "created" }),
      change("2", { what: "joined", who: "Nina" }),
      change("3", { what: "joined", who: "Ute" }),
      change("4", { what: "joined", who: "Nina" }),
      change("5", { what: "left", who: "Ute" }),
    ]);
    expect(rows.slice(1)).toMatchObject([
      { key: "1", change: { what: "created" } },
      { key: "2", change: { what: "joined", who: ["Nina", "Ute"] } },
      { key: "5", change: { what: "left", who: ["Ute"] } },
    ]);
  });
});

describe("the first new message", () => {
  const items = [
    text("a", "@nina", minutes(0)),
    fakeText({ key: "b", mine: true }),
    change("c", { what: "joined", who: "Ute" }),
    text("d", "@nina", minutes(3)),
    text("e", "@nina", minutes(4)),
  ];
  it("is the first of somebody else after what had been read", () => {
    expect(firstNewOf(items, "a")).toBe("d");
    expect(firstNewOf(items, "d")).toBe("e");
  });

  it("is none where all had been read, or where it is not known", () => {
    expect(firstNewOf(items, "e")).toBeUndefined();
    expect(firstNewOf(items, undefined)).toBeUndefined();
    expect(firstNewOf(items, "not loaded")).toBeUndefined();
  });
});
