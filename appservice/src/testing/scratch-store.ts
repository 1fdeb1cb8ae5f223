// A store of its own for a test file, in memory.
import { sql } from "kysely";
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
  return { db, wipe: () => wipe(db), stop: () => store.close() };
}

/** Forgets all rows of a store, on either engine. */
export async function wipe(db: Database): Promise<void> {
  const tables = await sql<{ name: string }>`
    select quote_ident(tablename) as name from pg_tables
    where schemaname = 'public' and tablename not like 'kysely%'`.execute(db);
  const names = tables.rows.map(({ name }) => name);
  await db.transaction().execute(async (trx) => {
    // The audit log refuses to be emptied.
    const guarded = names.filter((name) => name.startsWith("audit_"));
    for (const name of guarded) {
      await sql.raw(`alter table ${name} disable trigger user`).execute(trx);
    }
    await sql.raw(`truncate ${names.join(", ")} restart identity cascade`).execute(trx);
    for (const name of guarded) {
      await sql.raw(`alter table ${name} enable trigger user`).execute(trx);
    }
  });
}
