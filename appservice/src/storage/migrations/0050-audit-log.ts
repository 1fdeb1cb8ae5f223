import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

export const auditLog: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of [
      // To the millisecond, and details as text: a column holds nothing that its hash does not see.
      sql`create table audit_entry (
          position bigint primary key,
          at timestamptz(3) not null,
          actor_kind text not null,
          actor_id text not null,
          action text not null,
          subject text not null,
          reason text not null,
          details text,
          previous_hash text not null,
          hash text not null
        )`,
      sql`create index audit_entry_actor on audit_entry (actor_id, position)`,
      sql`create index audit_entry_action on audit_entry (action, position)`,
      sql`create index audit_entry_subject on audit_entry (subject, position)`,
      sql`create index audit_entry_at on audit_entry (at)`,
      sql`create index audit_entry_previous on audit_entry (previous_hash)`,
      sql`create table audit_head (
          single boolean primary key default true check (single),
          position bigint not null,
          hash text not null
        )`,
      sql`create function audit_refuse() returns trigger language plpgsql as $$
          begin
            raise exception 'The audit log is only ever appended to.';
          end $$`,
      sql`create trigger audit_entry_stays before update or delete or truncate on audit_entry
          for each statement execute function audit_refuse()`,
      sql`create trigger audit_head_stays before delete or truncate on audit_head
          for each statement execute function audit_refuse()`,
      sql`create trigger audit_head_grows before update on audit_head
          for each row when (new.position < old.position) execute function audit_refuse()`,
    ]) {
      await statement.execute(db);
    }
  },
};
