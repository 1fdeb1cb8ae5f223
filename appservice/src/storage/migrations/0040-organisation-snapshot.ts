import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

export const organisationSnapshot: Migration = {
  async up(db: Kysely<unknown>) {
    // One row. `json` keeps the text as it is: nobody queries inside of it.
    await sql`create table organisation_snapshot (
        id integer primary key check (id = 1),
        version text not null,
        content json not null,
        taken_at timestamptz not null
      )`.execute(db);
  },
};
