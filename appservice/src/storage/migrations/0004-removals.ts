import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

export const removals: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table removal (
        user_id text not null,
        unit text,
        removed_at timestamptz not null default now()
      )`.execute(db);
  },
};
