import { z } from "./zod.ts";
import { openDatabase, request, transaction } from "./database.ts";
import type { AccountKey } from "./door.ts";
import type { Session } from "./sign-in.ts";

export type StoredSession = Session & { readonly key: AccountKey };

/** The signed-in sessions of this browser profile. */
export interface SessionStore {
  /** In the order they were added. A record that cannot be read any more is left out. */
  list(): Promise<readonly StoredSession[]>;
  get(key: AccountKey): Promise<StoredSession | undefined>;
  /** Keeps a session and gives it its account key, a random word that says nothing about the person. */
  add(session: Session): Promise<AccountKey>;
  /** Destroys the record together with its keys. Removing what is not there does nothing. */
  remove(key: AccountKey): Promise<void>;
}

const SESSIONS = "sessions";
const KEYS = "keys";

const SessionContent = z.object({
  homeserverUrl: z.string(),
  userId: z.string(),
  deviceId: z.string(),
  accessToken: z.string(),
  displayName: z.string(),
});

/** What lies in the database in clear: an order, a random word and ciphertext. */
const StoredRecord = z.object({
  key: z.string(),
  addedAt: z.number(),
  iv: z.instanceof(Uint8Array<ArrayBuffer>),
  sealed: z.instanceof(ArrayBuffer),
});

/** `wrapping` cannot be exported: who copies the database's files cannot unwrap the data key elsewhere. */
const StoredKeys = z.object({
  key: z.string(),
  wrapping: z.instanceof(CryptoKey),
  wrapped: z.instanceof(ArrayBuffer),
});

/**
 * The sessions in IndexedDB, each encrypted with AES-GCM under a random data key of its own, which is
 * wrapped by a key that WebCrypto does not give out.
 *
 * @param options.now milliseconds since 1970, for the order of the accounts
 */
export function createSessionStore(options: {
  readonly indexedDB: IDBFactory;
  readonly now: () => number;
  readonly name?: string;
}): SessionStore {
  let opened: Promise<IDBDatabase> | undefined;
  const database = () =>
    (opened ??= openDatabase(options.indexedDB, options.name ?? "klaaf-sessions", (created) => {
      created.createObjectStore(SESSIONS, { keyPath: "key" });
      created.createObjectStore(KEYS, { keyPath: "key" });
    }));

  async function unseal(raw: unknown): Promise<StoredSession | undefined> {
    const record = StoredRecord.safeParse(raw);
    if (!record.success) return undefined;
    const { key, iv, sealed } = record.data;
    const rawKeys: unknown = await transaction(await database(), [KEYS], "readonly", (stores) =>
      request(stores(KEYS).get(key)),
    );
    const keys = StoredKeys.safeParse(rawKeys);
    if (!keys.success) return undefined;
    try {
      const dataKey = await crypto.subtle.unwrapKey(
        "raw",
        keys.data.wrapped,
        keys.data.wrapping,
        "AES-KW",
        "AES-GCM",
        false,
        ["decrypt"],
      );
      const plain = await crypto.subtle.decrypt(
        { name: "AES-GCM", iv, additionalData: bytesOf(key) },
        dataKey,
        sealed,
      );
      const content = SessionContent.parse(JSON.parse(new TextDecoder().decode(plain)));
      return { key, ...content };
    } catch {
      // Tampered with, or from a version that is gone: the person signs in again.
      return undefined;
    }
  }

  return {
    async list() {
      const raw = await transaction(await database(), [SESSIONS], "readonly", (stores) =>
        request(stores(SESSIONS).getAll()),
      );
      const records = raw
        .map((one: unknown) => StoredRecord.safeParse(one))
        .filter((one) => one.success)
        .map((one) => one.data)
        .toSorted((a, b) => a.addedAt - b.addedAt || (a.key < b.key ? -1 : 1));
      const sessions = await Promise.all(records.map(unseal));
      return sessions.filter((session) => session !== undefined);
    },

    async get(key) {
      const raw: unknown = await transaction(await database(), [SESSIONS], "readonly", (stores) =>
        request(stores(SESSIONS).get(key)),
      );
      return unseal(raw);
    },

    async add(session) {
      const key = randomWord();
      const wrapping = await crypto.subtle.generateKey({ name: "AES-KW", length: 256 }, false, [
        "wrapKey",
        "unwrapKey",
      ]);
      const dataKey = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, [
        "encrypt",
      ]);
      const wrapped = await crypto.subtle.wrapKey("raw", dataKey, wrapping, "AES-KW");
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const sealed = await crypto.subtle.encrypt(
        { name: "AES-GCM", iv, additionalData: bytesOf(key) },
        dataKey,
        bytesOf(JSON.stringify(SessionContent.parse(session))),
      );
      await transaction(await database(), [SESSIONS, KEYS], "readwrite", async (stores) => {
        await request(stores(KEYS).put({ key, wrapping, wrapped }));
        await request(stores(SESSIONS).put({ key, addedAt: options.now(), iv, sealed }));
      });
      return key;
    },

    async remove(key) {
      await transaction(await database(), [SESSIONS, KEYS], "readwrite", async (stores) => {
        await request(stores(KEYS).delete(key));
        await request(stores(SESSIONS).delete(key));
      });
    },
  };
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** 60 bits in letters and digits, fit for a route. */
function randomWord(): string {
  const alphabet = "abcdefghijklmnopqrstuvwxyz234567";
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => alphabet[byte & 31]).join(
    "",
  );
}
