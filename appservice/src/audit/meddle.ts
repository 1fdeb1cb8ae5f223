// Test helper: what somebody with the owner's rights could do to the log.
import { sql } from "kysely";
import type { Database } from "../storage/index.ts";
import { hashOf } from "./chain.ts";
import { linkOf } from "./row.ts";

export const COLUMNS = [
  "position",
  "at",
  "actor_kind",
  "actor_id",
  "action",
  "subject",
  "reason",
  "details",
  "previous_hash",
  "hash",
] as const;
export type Column = (typeof COLUMNS)[number];

export const remove = (on: Database, where: string) =>
  sql.raw(`delete from audit_entry where ${where}`).execute(on);

export const move = (on: Database, from: number, to: number) =>
  sql`update audit_entry set position = ${to} where position = ${from}`.execute(on);

/** Moves the entries from a position to the sixth by one place. */
export async function renumber(on: Database, from: number, by: 1 | -1): Promise<void> {
  const steps = by === 1 ? [6, 5, 4, 3, 2, 1] : [1, 2, 3, 4, 5, 6];
  for (const step of steps.filter((one) => one >= from)) await move(on, step, step + by);
}

/** A row as one that is there, with another subject and the hash that fits. */
export async function forge(on: Database, position: number, subject: string) {
  const row = await on
    .selectFrom("audit_entry")
    .selectAll()
    .where("position", "=", String(position))
    .executeTakeFirstOrThrow();
  return { ...row, subject, hash: hashOf({ ...linkOf(row), subject }) };
}

export async function cutWithHead(on: Database): Promise<void> {
  await remove(on, "position > 4");
  await sql`update audit_head set position = 4,
    hash = (select hash from audit_entry where position = 4)`.execute(on);
}

/** Another value, as near as can be to the one that was there. */
export function altered(value: unknown, column: Column, place: number, by: number): unknown {
  if (column === "position") return Number(value) + 8 * by;
  if (value instanceof Date) return new Date(value.getTime() + by);
  if (typeof value !== "string") return "{}";
  const at = place % value.length;
  const code = value.charCodeAt(at);
  return `${value.slice(0, at)}${String.fromCharCode(code === 97 ? 98 : 97)}${value.slice(at + 1)}`;
}
