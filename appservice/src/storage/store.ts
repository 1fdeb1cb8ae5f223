import { mkdirSync } from "node:fs";
import { PGlite } from "@electric-sql/pglite";
import { Kysely, PGliteDialect, PostgresDialect } from "kysely";
import { Migrator } from "kysely/migration";
import { Pool } from "pg";
import { migrations } from "./migrations/index.ts";
import type { Schema } from "./schema.ts";

export type StoreConfig =
  /** Without a folder it lives in memory: for tests. */
  | { readonly kind: "pglite"; readonly directory?: string }
  | { readonly kind: "postgres"; readonly url: string };

/** Typed SQL over the store. */
export type Database = Kysely<Schema>;

export interface Store {
  readonly db: Database;
  /** Resolves if the database answers. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the store and brings it to the newest shape.
 *
 * @throws Error if the database cannot be reached or a migration fails; nothing is half migrated
 */
export async function openStore(config: StoreConfig): Promise<Store> {
  const db = new Kysely<Schema>({ dialect: await dialectOf(config) });
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations }) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) {
    await db.destroy();
    throw error instanceof Error
      ? error
      : new Error("The store could not be migrated.", { cause: error });
  }
  return {
    db,
    async check() {
      await db.selectFrom("run").select("id").limit(1).execute();
    },
    close: () => db.destroy(),
  };
}

async function dialectOf(config: StoreConfig) {
  if (config.kind === "postgres") {
    const pool = new Pool({ connectionString: config.url, max: 10 });
    // A connection that stood idle when PostgreSQL went away. Unheard it would end the process; the pool
    // has replaced it already, and whoever asks while PostgreSQL is away gets the error.
    pool.on("error", () => {});
    return new PostgresDialect({ pool });
  }
  if (config.directory === undefined) {
    return new PGliteDialect({ pglite: await PGlite.create() });
  }
  mkdirSync(config.directory, { recursive: true, mode: 0o700 });
  return new PGliteDialect({ pglite: await PGlite.create(config.directory) });
}
