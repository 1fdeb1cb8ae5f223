import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { organisation, person, unit } from "../testing/organisations.ts";
import { scratchStore } from "../testing/scratch-store.ts";
import type { ScratchStore } from "../testing/scratch-store.ts";
import { StoredDirectory } from "./stored-directory.ts";

let store: ScratchStore;
let directory: StoredDirectory;
let changes: number;
beforeAll(async () => {
  store = await scratchStore();
});
afterAll(() => store.stop());
beforeEach(async () => {
  await store.wipe();
  directory = new StoredDirectory(store.db);
  changes = 0;
  directory.subscribe(() => (changes += 1));
});

const NOW = new Date(0);
const town = organisation([unit("12")], [person("anna", ["12"]), person("ben", ["12"])]);
const account = (sourceId: string, applied: Record<string, unknown> | null, lockedAt?: Date) =>
  store.db
    .insertInto("account")
    .values({
      source_id: sourceId,
      user_id: `@${sourceId}:t`,
      applied: applied === null ? null : JSON.stringify(applied),
      locked_at: lockedAt ?? null,
    })
    .execute();
const people = (of: StoredDirectory) => of.current()?.entries.map(({ userId }) => userId);

describe("the stored directory", () => {
  it("is nothing before an organisation was accepted", async () => {
    await directory.refresh();
    expect(directory.current()).toBeUndefined();
  });

  it("is there right after a restart, before a source was read", async () => {
    await account("anna", { displayName: "Anna", mail: "a@t" });
    await directory.accept(town, NOW);
    const restarted = new StoredDirectory(store.db);
    await restarted.refresh();
    expect(restarted.current()).toEqual(directory.current());
    expect(people(restarted)).toEqual(["@anna:t"]);
  });

  it("holds nobody whose account is not made yet, or locked", async () => {
    await account("anna", null);
    await account("ben", { displayName: "Ben", mail: "b@t" }, NOW);
    await directory.accept(town, NOW);
    expect(people(directory)).toEqual([]);
  });

  it("keeps who is in the source no more until they are locked", async () => {
    await account("anna", { displayName: "Anna", mail: "a@t" });
    await account("ben", { displayName: "Ben", mail: "b@t" });
    await directory.accept(town, NOW);
    const without = { ...town, people: town.people.filter(({ id }) => id !== "ben") };
    await directory.accept(without, NOW);
    expect(people(directory)).toEqual(["@anna:t", "@ben:t"]);
    await store.db
      .updateTable("account")
      .set({ locked_at: NOW })
      .where("source_id", "=", "ben")
      .execute();
    await directory.poll();
    expect(people(directory)).toEqual(["@anna:t"]);
    // And nothing of them is kept beyond the next reading.
    await directory.accept({ ...without }, NOW);
    const { content } = await store.db
      .selectFrom("organisation_snapshot")
      .selectAll()
      .executeTakeFirstOrThrow();
    expect(JSON.stringify(content)).not.toContain("ben");
  });

  it("knows the spaces that were made", async () => {
    await store.db
      .insertInto("managed_room")
      .values([
        { key: "space:12", room_id: "!space", applied: "{}" },
        { key: "room:12:general", room_id: "!room", applied: "{}" },
      ])
      .execute();
    await directory.accept(town, NOW);
    expect([...(directory.current()?.spaces ?? [])]).toEqual([["12", "!space"]]);
  });

  it("tells of a change once, and of none where nothing changed", async () => {
    await account("anna", { displayName: "Anna", mail: "a@t" });
    await directory.accept(town, NOW);
    await directory.accept({ ...town }, NOW);
    await directory.refresh();
    await directory.poll();
    expect(changes).toBe(1);
    await account("ben", { displayName: "Ben", mail: "b@t" });
    await directory.refresh();
    expect(changes).toBe(2);
    expect(people(directory)).toEqual(["@anna:t", "@ben:t"]);
  });

  it("sees what another copy of the program accepted", async () => {
    await directory.accept(town, NOW);
    const other = new StoredDirectory(store.db);
    await other.accept({ ...town, name: "Neustadt" }, NOW);
    expect(directory.current()?.organisation.name).toBe("Musterstadt");
    await directory.poll();
    expect(directory.current()?.organisation.name).toBe("Neustadt");
  });

  it("passes over a content that this version cannot read", async () => {
    await directory.accept(town, NOW);
    await store.db
      .updateTable("organisation_snapshot")
      .set({ version: "x", content: JSON.stringify({ units: "none" }) })
      .execute();
    const other = new StoredDirectory(store.db);
    await other.refresh();
    expect(other.current()).toBeUndefined();
  });
});
