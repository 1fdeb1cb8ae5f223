import { describe, expect, it } from "vitest";
import { createFakeMatrix } from "../../matrix/fake.ts";
import { FakeClock } from "../../ports/fake-clock.ts";
import { Drafts } from "../room/composer/drafts.ts";
import { RoomListViewModel } from "./RoomListViewModel.ts";

const NOON = Date.UTC(2026, 7, 3, 12);
const HOUR = 3_600_000;
const nina = { userId: "@nina:fake.example", name: "Nina Fischer" };

async function set({ rooms = true }: { readonly rooms?: boolean } = {}) {
  const clock = new FakeClock(NOON);
  const matrix = createFakeMatrix({
    now: () => clock.now(),
    accounts: [
      {
        displayName: "Ute Hübner",
        mail: "ute@stadt.example",
        password: "geheim",
        signedIn: true,
        rooms: rooms
          ? [
              {
                id: "!old",
                name: "Leitung 37",
                messages: [{ sender: nina, text: "Bis morgen", sentAt: NOON - 30 * HOUR }],
              },
              {
                id: "!new",
                name: "37 Feuerwehr",
                messages: [{ sender: nina, text: "Guten Morgen", sentAt: NOON - HOUR }],
                unread: 1,
              },
            ]
          : [],
        units: [
          { id: "!u37", name: "37 Feuerwehr", rooms: ["!new"] },
          { id: "!u11", name: "11 Personal", rooms: [] },
        ],
      },
    ],
  });
  const engine = await matrix.open("account1");
  if (engine === undefined) throw new Error("The fake has no account.");
  const drafts = new Drafts();
  const viewModel = new RoomListViewModel({ engine, clock, drafts });
  const ids = () => viewModel.getSnapshot().rows.map(({ id }) => id);
  const row = (id: string) => {
    const found = viewModel.getSnapshot().rows.find((one) => one.id === id);
    if (found === undefined) throw new Error(`There is no row ${id}.`);
    return found;
  };
  return { clock, drafts, viewModel, ids, row, server: matrix.account("ute@stadt.example") };
}

describe("the list of rooms", () => {
  it("has the latest first, and a room climbs when something happens in it", async () => {
    const { ids, server, viewModel, clock } = await set();
    expect(ids()).toEqual(["!new", "!old"]);
    expect(viewModel.getSnapshot()).toMatchObject({ status: "ready", unread: 1 });
    clock.pass(1000);
    server.receive("!old", nina, "Noch etwas");
    expect(ids()).toEqual(["!old", "!new"]);
  });

  it("draws only the row in which something changed", async () => {
    const { row, server, viewModel } = await set();
    const drawn: string[] = [];
    for (const one of viewModel.getSnapshot().rows) one.subscribe(() => drawn.push(one.id));
    let listDrawn = 0;
    viewModel.subscribe(() => (listDrawn += 1));
    server.changeRoom("!new", { name: "37 Feuerwehr Köln" });
    expect(drawn).toEqual(["!new"]);
    expect(listDrawn).toBe(0);
    expect(row("!new").getSnapshot().name).toBe("37 Feuerwehr Köln");
  });

  it("says what was said last, and by whom", async () => {
    const { row } = await set();
    expect(row("!new").getSnapshot()).toMatchObject({
      line: { kind: "last", text: "Guten Morgen", mine: false, senderName: "Nina Fischer" },
      at: NOON - HOUR,
      unread: 1,
    });
  });

  it("puts a draft above the last message", async () => {
    const { drafts, row } = await set();
    drafts.set("!new", " Ich komme ");
    expect(row("!new").getSnapshot().line).toEqual({ kind: "draft", text: "Ich komme" });
    drafts.set("!new", "");
    expect(row("!new").getSnapshot().line).toMatchObject({ kind: "last" });
  });

  it("shows one unit's rooms when it is chosen, and all again when the unit is gone", async () => {
    const { ids, viewModel } = await set();
    viewModel.chooseUnit("!u37");
    expect(ids()).toEqual(["!new"]);
    viewModel.chooseUnit("!u11");
    expect(viewModel.getSnapshot()).toMatchObject({ status: "empty-unit", chosenUnit: "!u11" });
    viewModel.chooseUnit("!elsewhere");
    expect(viewModel.getSnapshot().chosenUnit).toBeUndefined();
    expect(ids()).toEqual(["!new", "!old"]);
  });

  it("forgets a room that the person left", async () => {
    const { ids, row, server } = await set();
    const left = row("!new");
    server.leaveRoom("!new");
    expect(ids()).toEqual(["!old"]);
    expect(left.disposed).toBe(true);
  });

  it("knows at midnight that it is another day", async () => {
    const { clock, row } = await set();
    expect(row("!new").getSnapshot().today).toBe(NOON - 12 * HOUR);
    clock.pass(12 * HOUR);
    expect(row("!new").getSnapshot().today).toBe(NOON + 12 * HOUR);
    clock.pass(24 * HOUR);
    expect(row("!new").getSnapshot().today).toBe(NOON + 36 * HOUR);
  });

  it("is empty where there are no rooms", async () => {
    const { viewModel } = await set({ rooms: false });
    expect(viewModel.getSnapshot().status).toBe("empty");
  });
});
