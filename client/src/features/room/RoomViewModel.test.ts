import { describe, expect, it } from "vitest";
import { createFakeMatrix } from "../../matrix/fake.ts";
import { FakeAttention } from "../../ports/fake-attention.ts";
import { FakeClock } from "../../ports/fake-clock.ts";
import { Drafts } from "./composer/drafts.ts";
import { RoomViewModel } from "./RoomViewModel.ts";

const NOON = Date.UTC(2026, 7, 3, 12);
const nina = { userId: "@nina:fake.example", name: "Nina Fischer" };

async function set({ unread = 0, known = 10, messages = 10 } = {}) {
  const clock = new FakeClock(NOON);
  const matrix = createFakeMatrix({
    now: () => clock.now(),
    accounts: [
      {
        displayName: "Ute Hübner",
        mail: "ute@stadt.example",
        password: "geheim",
        signedIn: true,
        rooms: [
          {
            id: "!a",
            name: "37 Feuerwehr",
            topic: "Für alle",
            protection: "intern",
            messages: Array.from({ length: messages }, (_, nth) => ({
              sender: nina,
              text: `Nachricht ${nth + 1}`,
              sentAt: NOON - (messages - nth) * 600_000,
            })),
            known,
            unread,
          },
        ],
      },
    ],
  });
  const engine = await matrix.open("account1");
  if (engine === undefined) throw new Error("The fake has no account.");
  const attention = new FakeAttention();
  const open = (roomId = "!a") =>
    new RoomViewModel({ engine, roomId, clock, attention, drafts: new Drafts() });
  const room = open();
  const rows = () => room.timeline.getSnapshot().rows.map((row) => row.getSnapshot());
  const texts = () =>
    rows().flatMap((row) =>
      row.kind === "message" && row.body.kind === "text" ? row.body.text : [],
    );
  return { attention, clock, open, room, rows, texts, server: matrix.account("ute@stadt.example") };
}

describe("an open room", () => {
  it("has its head, and follows it", async () => {
    const { room, server } = await set();
    expect(room.getSnapshot()).toMatchObject({
      status: "ready",
      name: "37 Feuerwehr",
      members: 1,
      protection: "intern",
    });
    server.changeRoom("!a", { name: "37 Feuerwehr Köln", canWrite: false });
    expect(room.getSnapshot().name).toBe("37 Feuerwehr Köln");
    expect(room.composer.getSnapshot().canWrite).toBe(false);
  });

  it("says where it is not one of this person's rooms", async () => {
    const { open } = await set();
    expect(open("!elsewhere").getSnapshot().status).toBe("missing");
  });
});

describe("its conversation", () => {
  it("draws only the row that changed", async () => {
    const { room, server } = await set();
    const drawn: string[] = [];
    for (const row of room.timeline.getSnapshot().rows) row.subscribe(() => drawn.push(row.key));
    let listDrawn = 0;
    room.timeline.subscribe(() => (listDrawn += 1));
    const row = room.timeline.getSnapshot().rows[3]?.getSnapshot();
    if (row?.kind !== "message") throw new Error("The fourth row is no message.");
    const { key } = row;
    server.redact("!a", key);
    expect(drawn).toEqual([key]);
    expect(listDrawn).toBe(0);
  });

  it("shows one's own message as waiting, then as failed, then sent after another try", async () => {
    const { room, rows, server } = await set();
    const lastState = () => {
      const row = rows().at(-1);
      return row?.kind === "message" && row.mine ? row.state.kind : undefined;
    };
    server.sending("hold");
    room.composer.setText("Ich komme");
    await room.composer.send();
    expect(lastState()).toBe("waiting");
    server.release();
    expect(lastState()).toBe("sent");

    server.sending({ code: "unreachable", retry: "later" });
    room.composer.setText("Bin da");
    await room.composer.send();
    expect(lastState()).toBe("failed");
    const failed = rows().at(-1)?.key ?? "";
    server.sending(undefined);
    await room.timeline.resend(failed);
    expect(lastState()).toBe("sent");
  });

  it("drops a failed message that the person does not want any more", async () => {
    const { room, rows, server, texts } = await set({ messages: 1 });
    server.sending({ code: "unreachable", retry: "later" });
    room.composer.setText("Doch nicht");
    await room.composer.send();
    expect(texts()).toEqual(["Nachricht 1", "Doch nicht"]);
    await room.timeline.discard(rows().at(-1)?.key ?? "");
    expect(texts()).toEqual(["Nachricht 1"]);
  });

  it("loads what is older, and says where that failed", async () => {
    const { room, server, texts } = await set({ known: 2, messages: 5 });
    expect(texts()).toHaveLength(2);
    server.failLoading({ code: "unreachable", retry: "later" });
    await room.timeline.loadEarlier();
    expect(room.timeline.getSnapshot()).toMatchObject({
      earlierFailed: true,
      loadingEarlier: false,
    });
    server.failLoading(undefined);
    await room.timeline.loadEarlier();
    expect(texts()).toHaveLength(5);
    expect(room.timeline.getSnapshot()).toMatchObject({
      earlierFailed: false,
      canLoadEarlier: false,
    });
  });

  it("is empty where nothing was ever written", async () => {
    const { room } = await set({ messages: 0 });
    expect(room.timeline.getSnapshot().status).toBe("empty");
  });

  it("keeps the line above what was new when it was opened, while it is read", async () => {
    const { room, rows } = await set({ unread: 2 });
    const newLine = () => rows().findIndex(({ kind }) => kind === "new");
    expect(rows()[newLine() + 1]).toMatchObject({ body: { text: "Nachricht 9" } });
    room.timeline.setNewestVisible(true);
    expect(newLine()).not.toBe(-1);
  });

  it("counts what came while the newest was out of sight", async () => {
    const { room, server } = await set();
    room.timeline.setNewestVisible(true);
    server.receive("!a", nina, "gesehen");
    room.timeline.setNewestVisible(false);
    expect(room.timeline.getSnapshot().newBelow).toBe(0);
    server.receive("!a", nina, "noch nicht gesehen");
    expect(room.timeline.getSnapshot().newBelow).toBe(1);
    room.timeline.setNewestVisible(true);
    expect(room.timeline.getSnapshot().newBelow).toBe(0);
  });

  it("announces what arrives, and not what is loaded from before", async () => {
    const { room, server } = await set({ known: 2, messages: 5 });
    await room.timeline.loadEarlier();
    expect(room.timeline.announcements.getSnapshot()).toEqual([]);
    server.receive("!a", nina, "Einsatz beendet");
    expect(room.timeline.announcements.getSnapshot()).toMatchObject([
      { senderName: "Nina Fischer", text: "Einsatz beendet" },
    ]);
  });
});

describe("reading", () => {
  it("happens when the newest is on the screen and somebody looks, not before", async () => {
    const { attention, room, server } = await set({ unread: 2 });
    const before = server.readUpTo("!a");
    attention.look(false);
    room.timeline.setNewestVisible(true);
    expect(server.readUpTo("!a")).toBe(before);
    room.timeline.setNewestVisible(false);
    attention.look(true);
    expect(server.readUpTo("!a")).toBe(before);
    room.timeline.setNewestVisible(true);
    const after = server.readUpTo("!a");
    expect(after).not.toBe(before);
    const arrived = server.receive("!a", nina, "Noch eine");
    expect(server.readUpTo("!a")).toBe(arrived);
  });
});
