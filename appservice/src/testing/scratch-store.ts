// A store of its own for a test file, in a folder that goes with it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openStore } from "../storage/index.ts";
import type { Database } from "../storage/index.ts";

export type ScratchStore = {
  readonly db: Database;
  /** Forgets all rows, for the next test. */
  readonly wipe: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** Opens an embedded store in a temporary folder. Takes about a second: once for each test file. */
export async function scratchStore(): Promise<ScratchStore> {
  const directory = mkdtempSync(path.join(tmpdir(), "store-"));
  const store = await openStore({ kind: "pglite", directory });
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
    },
    async stop() {
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
