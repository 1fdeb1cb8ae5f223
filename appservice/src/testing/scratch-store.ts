// A store of its own for a test file, in memory.
import { openStore } from "../storage/index.ts";
import type { Database } from "../storage/index.ts";

export type ScratchStore = {
  readonly db: Database;
  /** Forgets all rows, for the next test. */
  readonly wipe: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** Opens an embedded store in memory. Takes about a second: once for each test file. */
export async function scratchStore(): Promise<ScratchStore> {
  const store = await openStore({ kind: "pglite" });
  const { db } = store;
  return {
    db,
    async wipe() {
      await db.deleteFrom("managed_member").execute();
      await db.deleteFrom("managed_room").execute();
      await db.deleteFrom("account").execute();
      await db.deleteFrom("inbox_event").execute();
      await db.deleteFrom("inbox_transaction").execute();
      await db.deleteFrom("run").execute();
      await db.deleteFrom("removal").execute();
    },
    stop: () => store.close(),
  };
}
