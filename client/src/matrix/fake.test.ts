import { describe, expect, it } from "vitest";
import type { Result, Rooms, Timeline } from "./door.ts";
import { createFakeMatrix } from "./fake.ts";

const jonas = { userId: "@jonas:fake.example", name: "Jonas" };

function city() {
  return createFakeMatrix({
    accounts: [
      {
        displayName: "Erika Muster",
        mail: "erika@stadt.example",
        password: "geheim",
        signedIn: true,
        units: [{ id: "!unit", name: "Amt 12", rooms: ["!a", "!gone"] }],
        rooms: [
          {
            id: "!a",
            name: "Allgemein",
            messages: ["eins", "zwei", "drei"].map((text) => ({ sender: jonas, text })),
            known: 2,
            unread: 1,
          },
        ],
      },
    ],
  });
}

async function opened() {
  const matrix = city();
  const [account] = await matrix.accounts();
  const engine = await matrix.open(account?.key ?? "");
  if (engine === undefined) throw new Error("no engine");
  const timelines: Timeline[] = [];
  const rooms: Rooms[] = [];
  engine.watchRooms((value) => rooms.push(value));
  engine.watchTimeline("!a", (value) => timelines.push(value));
  const texts = () =>
    timelines.at(-1)?.items.map((item) => (item.kind === "text" ? item.text : item.kind));
  return { matrix, engine, timelines, rooms, texts, other: matrix.account("erika@stadt.example") };
}

function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.failure.code);
  return result.value;
}

describe("the fake of the door", () => {
  it("signs in by mail and password, and out again", async () => {
    const matrix = city();
    const [account] = await matrix.accounts();
    must(await matrix.signOut(account?.key ?? ""));
    expect(await matrix.accounts()).toEqual([]);
    expect(await matrix.open(account?.key ?? "")).toBeUndefined();
    const input = { mail: "erika@stadt.example", password: "falsch", deviceName: "x" };
    expect(await matrix.signIn(input)).toMatchObject({ failure: { code: "wrong-password" } });
    expect(must(await matrix.signIn({ ...input, password: "geheim" }))).toEqual(account);
  });

  it("shows what is known of a room, then loads what is earlier", async () => {
    const { engine, timelines, texts } = await opened();
    expect(texts()).toEqual(["zwei", "drei"]);
    expect(timelines[0]).toMatchObject({ canLoadEarlier: true, readUpTo: "$!a-2" });
    must(await engine.loadEarlier("!a", 10));
    expect(texts()).toEqual(["eins", "zwei", "drei"]);
    expect(timelines.at(-1)?.canLoadEarlier).toBe(false);
  });

  it("keeps the key of a message from echo to event, and lets sending fail", async () => {
    const { engine, other, timelines } = await opened();
    other.sending("hold");
    must(await engine.sendText("!a", "hallo"));
    const echo = timelines.at(-1)?.items.at(-1);
    expect(echo).toMatchObject({ text: "hallo", state: { kind: "waiting" }, eventId: undefined });
    other.release();
    const sent = timelines.at(-1)?.items.at(-1);
    expect(sent).toMatchObject({ key: echo?.key, state: { kind: "sent" } });
    expect(sent?.eventId).toBeDefined();

    other.sending({ code: "unreachable", retry: "later" });
    must(await engine.sendText("!a", "noch etwas"));
    const failed = timelines.at(-1)?.items.at(-1);
    expect(failed).toMatchObject({ state: { kind: "failed" } });
    must(await engine.discard("!a", failed?.key ?? ""));
    expect(timelines.at(-1)?.items.at(-1)).toBe(sent);
  });

  it("counts unread messages in room and unit until they are read", async () => {
    const { engine, other, rooms } = await opened();
    const eventId = other.receive("!a", jonas, "vier");
    expect(rooms.at(-1)).toMatchObject({
      rooms: [{ unread: 2, last: { text: "vier", senderName: "Jonas" } }],
      units: [{ roomIds: ["!a"], unread: 2 }],
    });
    must(await engine.markRead("!a", eventId));
    expect(rooms.at(-1)?.units[0]?.unread).toBe(0);
  });
});
