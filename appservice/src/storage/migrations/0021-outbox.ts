import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

export const outbox: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of [
      sql`create table outbox (
          position bigint generated always as identity primary key,
          id text not null unique,
          sender text not null,
          room_id text not null,
          type text not null,
          content jsonb,
          queued_at timestamptz not null default now(),
          attempts integer not null default 0,
          unclear_since timestamptz,
          next_at timestamptz,
          sent_at timestamptz,
          event_id text,
          quarantined_at timestamptz,
          reason text
        )`,
      sql`create index outbox_waiting on outbox (position)
          where sent_at is null and quarantined_at is null`,
      sql`create index outbox_held on outbox (room_id, sender)
          where sent_at is null and quarantined_at is null and next_at is not null`,
      sql`create index outbox_sent on outbox (sent_at) where sent_at is not null`,
      sql`create index outbox_quarantined on outbox (quarantined_at)
          where quarantined_at is not null`,
    ]) {
      await statement.execute(db);
    }
  },
};
