/** The answer of one IndexedDB request as a promise. */
export function request<T>(asked: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    asked.addEventListener("success", () => resolve(asked.result));
    asked.addEventListener("error", () => reject(asked.error ?? new Error("IndexedDB failed")));
  });
}

/**
 * Opens (and at first makes) a database of version 1.
 *
 * @param create called once, inside the upgrade, to make the object stores
 */
export async function openDatabase(
  factory: IDBFactory,
  name: string,
  create: (database: IDBDatabase) => void,
): Promise<IDBDatabase> {
  const asked = factory.open(name, 1);
  asked.addEventListener("upgradeneeded", () => create(asked.result));
  const database = await request(asked);
  // Another tab with a newer release wants to change the database: do not stand in its way.
  database.addEventListener("versionchange", () => database.close());
  return database;
}

/**
 * Runs a step in one transaction and resolves when it is committed, not earlier.
 *
 * @param step may await requests of the given stores, and nothing else
 */
export async function transaction<T>(
  database: IDBDatabase,
  names: readonly string[],
  mode: IDBTransactionMode,
  step: (stores: (name: string) => IDBObjectStore) => Promise<T>,
): Promise<T> {
  const running = database.transaction([...names], mode);
  const committed = new Promise<void>((resolve, reject) => {
    running.addEventListener("complete", () => resolve());
    running.addEventListener("abort", () =>
      reject(running.error ?? new Error("The IndexedDB transaction was aborted")),
    );
  });
  // Both may fail together; the rejection of the first is the one that is told.
  const [result] = await Promise.all([step((name) => running.objectStore(name)), committed]);
  return result;
}
