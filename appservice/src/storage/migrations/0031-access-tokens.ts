import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

export const accessTokens: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of [
      sql`create table access_token (
          id text primary key,
          name text not null,
          scopes jsonb not null,
          hash text not null unique,
          created_by jsonb not null,
          created_at timestamptz not null,
          expires_at timestamptz not null,
          revoked_at timestamptz,
          last_used_at timestamptz
        )`,
      sql`create index access_token_created on access_token (created_at desc, id)`,
      sql`create table idempotent_request (
          caller text not null,
          key text not null,
          fingerprint text not null,
          begun_at timestamptz not null,
          answer text,
          primary key (caller, key)
        )`,
      sql`create index idempotent_request_begun on idempotent_request (begun_at)`,
    ]) {
      await statement.execute(db);
    }
  },
};
