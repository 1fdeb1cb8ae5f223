import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** Nothing was kept before anybody could subscribe, so the inbox starts anew. */
export const inboxBySubscriberAndLeases: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of [
      sql`drop table inbox_event`,
      sql`create table inbox_event (
          position bigint generated always as identity primary key,
          event_id text not null,
          subscriber text not null,
          room_id text not null,
          type text not null,
          body jsonb,
          received_at timestamptz not null default now(),
          attempts integer not null default 0,
          next_at timestamptz,
          processed_at timestamptz,
          quarantined_at timestamptz,
          reason text,
          unique (event_id, subscriber)
        )`,
      sql`create index inbox_event_waiting on inbox_event (position)
          where processed_at is null and quarantined_at is null`,
      sql`create index inbox_event_tried on inbox_event (subscriber, room_id)
          where processed_at is null and quarantined_at is null and attempts > 0`,
      sql`create index inbox_event_processed on inbox_event (processed_at)
          where processed_at is not null`,
      sql`create index inbox_event_quarantined on inbox_event (quarantined_at)
          where quarantined_at is not null`,
      sql`alter table inbox_transaction add column digest text not null default ''`,
      sql`alter table inbox_transaction drop constraint inbox_transaction_pkey`,
      sql`alter table inbox_transaction add primary key (txn_id, digest)`,
      sql`create index inbox_transaction_received on inbox_transaction (received_at)`,
      sql`create table lease (
          name text primary key,
          holder text not null,
          instance text not null,
          until timestamptz not null
        )`,
    ]) {
      await statement.execute(db);
    }
  },
};
