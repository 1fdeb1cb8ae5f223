import type { Selectable } from "kysely";
import type { Schema } from "../storage/index.ts";
import type { Link } from "./chain.ts";

/** A row as its hash sees it. */
export function linkOf(row: Selectable<Schema["audit_entry"]>): Link {
  return {
    position: Number(row.position),
    // Somebody who meddles can put a date there that has no ISO form, such as infinity.
    at:
      row.at instanceof Date && !Number.isNaN(row.at.getTime())
        ? row.at.toISOString()
        : String(row.at),
    actorKind: row.actor_kind,
    actorId: row.actor_id,
    action: row.action,
    subject: row.subject,
    reason: row.reason,
    details: row.details,
    previousHash: row.previous_hash,
    hash: row.hash,
  };
}
