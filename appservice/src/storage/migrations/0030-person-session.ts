import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

export const personSession: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table person_session (
        token_hash text primary key,
        source_id text not null,
        user_id text not null,
        expires_at timestamptz not null
      )`.execute(db);
    await sql`create index person_session_expiry on person_session (expires_at)`.execute(db);
  },
};
