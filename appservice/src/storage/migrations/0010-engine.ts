import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** Runs with their steps, plans with their approvals, drift, what the brake counts, how an account stands. */
export const engine: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of [
      sql`alter table account add column locked_at timestamptz`,
      sql`update account set locked_at = now() where applied ->> 'locked' = 'true'`,
      sql`update account set applied = applied - 'locked' where applied is not null`,
      sql`create table former_account (
        user_id text primary key,
        source_id text not null,
        erased_at timestamptz not null
      )`,
      sql`alter table managed_room add column heard jsonb not null default '[]'`,
      sql`alter table managed_member add column heard boolean not null default false`,
      sql`create index managed_member_user on managed_member (user_id)`,
      sql`drop table removal`,
      sql`create table brake_entry (
        kind text not null,
        subject text not null,
        owner text,
        at timestamptz not null
      )`,
      sql`create index brake_entry_at on brake_entry (at)`,
      sql`drop table run`,
      sql`create table run (
        id text primary key,
        trigger text not null,
        actor jsonb not null,
        plan_hash text,
        undo_of text,
        undone_by text,
        state text not null,
        started_at timestamptz not null,
        finished_at timestamptz,
        planned integer not null default 0,
        done integer not null default 0,
        held integer not null default 0,
        failures jsonb not null default '[]',
        problems jsonb not null default '[]'
      )`,
      sql`create index run_started on run (started_at desc, id)`,
      sql`create table run_step (
        run_id text not null,
        nth bigint generated always as identity,
        undo jsonb not null,
        primary key (run_id, nth)
      )`,
      sql`create table plan (
        hash text primary key,
        made_at timestamptz not null,
        summary jsonb not null,
        lines jsonb not null
      )`,
      sql`create table approval (
        plan_hash text not null,
        person text not null,
        kind text not null,
        reason text not null,
        at timestamptz not null,
        primary key (plan_hash, person)
      )`,
      sql`create table source_state (
        id text primary key,
        name text,
        content_hash text,
        confirmed_at timestamptz,
        suspended_hash text,
        read_at timestamptz,
        answered_at timestamptz,
        people integer not null default 0,
        units integer not null default 0,
        problems jsonb not null default '[]',
        quarantined jsonb not null default '[]'
      )`,
      sql`create table source_upload (
        source_id text primary key,
        content text not null,
        format text not null,
        at timestamptz not null,
        actor jsonb not null
      )`,
      sql`create table drift (
        id bigint generated always as identity primary key,
        event_id text unique,
        room_key text not null,
        what text not null,
        subject text not null,
        sender text not null,
        at timestamptz not null,
        state text not null,
        run_id text
      )`,
    ]) {
      await statement.execute(db);
    }
  },
};
