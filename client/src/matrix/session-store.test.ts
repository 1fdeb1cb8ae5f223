import { IDBFactory } from "fake-indexeddb";
import { beforeEach, describe, expect, it } from "vitest";
import { openDatabase, request, transaction } from "./database.ts";
import { createSessionStore } from "./session-store.ts";

const session = {
  homeserverUrl: "http://server.example",
  userId: "@x1:stadt.example",
  deviceId: "DEVICE",
  accessToken: "syt_very_secret",
  displayName: "Erika Muster",
};

/** Everything that lies in the database, as one text: bytes become letters where they are letters. */
async function everythingIn(factory: IDBFactory): Promise<string> {
  const database = await openDatabase(factory, "klaaf-sessions", () => {});
  const names = [...database.objectStoreNames];
  const rows = await transaction(database, names, "readonly", (stores) =>
    Promise.all(names.map((name) => request(stores(name).getAll()))),
  );
  const seen: string[] = [];
  const walk = (value: unknown): void => {
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
      seen.push(new TextDecoder("latin1").decode(value));
    } else if (typeof value === "object" && value !== null) Object.values(value).forEach(walk);
    else seen.push(String(value));
  };
  walk(rows.flat());
  return seen.join("\n");
}

describe("the store of sessions", () => {
  let indexedDB: IDBFactory;
  let now = 0;
  const store = () => createSessionStore({ indexedDB, now: () => (now += 1) });
  beforeEach(() => (indexedDB = new IDBFactory()));

  it("gives back what it was given, after a restart too, in the order of adding", async () => {
    const first = await store().add(session);
    const second = await store().add({ ...session, userId: "@x2:stadt.example" });
    expect(first).not.toBe(second);
    expect(await store().list()).toEqual([
      { ...session, key: first },
      { ...session, userId: "@x2:stadt.example", key: second },
    ]);
    expect(await store().get(second)).toMatchObject({ userId: "@x2:stadt.example" });
    expect(await store().get("nobody")).toBeUndefined();
  });

  it("keeps nothing readable of token, person or server in the database", async () => {
    await store().add(session);
    const everything = await everythingIn(indexedDB);
    expect(everything.length).toBeGreaterThan(100);
    for (const word of [...Object.values(session), "stadt.example", "accessToken"]) {
      expect(everything).not.toContain(word);
    }
  });

  it("does not give the wrapping key out", async () => {
    const key = await store().add(session);
    const database = await openDatabase(indexedDB, "klaaf-sessions", () => {});
    const keys: unknown = await transaction(database, ["keys"], "readonly", (stores) =>
      request(stores("keys").get(key)),
    );
    const { wrapping } = keys as { wrapping: CryptoKey };
    expect(wrapping.extractable).toBe(false);
    await expect(crypto.subtle.exportKey("raw", wrapping)).rejects.toThrow(/not extractable/);
  });

  it("destroys record and keys when an account goes, and leaves the others", async () => {
    const gone = await store().add(session);
    const kept = await store().add({ ...session, userId: "@x2:stadt.example" });
    await store().remove(gone);
    await store().remove(gone);
    expect((await store().list()).map(({ key }) => key)).toEqual([kept]);
    expect(await everythingIn(indexedDB)).not.toContain(gone);
  });

  it("leaves out a record whose ciphertext was swapped with another account's", async () => {
    const one = await store().add(session);
    const other = await store().add({ ...session, userId: "@x2:stadt.example" });
    const database = await openDatabase(indexedDB, "klaaf-sessions", () => {});
    await transaction(database, ["sessions"], "readwrite", async (stores) => {
      const foreign: object = await request(stores("sessions").get(other));
      await request(stores("sessions").put({ ...foreign, key: one }));
    });
    expect((await store().list()).map(({ key }) => key)).toEqual([other]);
  });
});
