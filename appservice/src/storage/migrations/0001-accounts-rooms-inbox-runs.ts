import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

export const accountsRoomsInboxRuns: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of [
      sql`create table account (
          source_id text primary key,
          user_id text not null unique,
          applied jsonb
        )`,
      sql`create table managed_room (
          key text primary key,
          room_id text not null unique,
          applied jsonb not null
        )`,
      sql`create table managed_member (
          key text not null references managed_room (key) on delete cascade,
          user_id text not null,
          primary key (key, user_id)
        )`,
      sql`create table inbox_transaction (
          txn_id text primary key,
          received_at timestamptz not null default now()
        )`,
      sql`create table inbox_event (
          position bigint generated always as identity primary key,
          event_id text not null unique,
          room_id text not null,
          type text not null,
          body jsonb,
          processed_at timestamptz
        )`,
      sql`create index inbox_event_waiting on inbox_event (position) where processed_at is null`,
      sql`create table run (
          id text primary key,
          started_at timestamptz not null,
          finished_at timestamptz,
          planned integer not null,
          done integer not null,
          failures jsonb not null
        )`,
    ]) {
      await statement.execute(db);
    }
  },
};
