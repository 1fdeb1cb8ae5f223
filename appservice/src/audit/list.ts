import type { Selectable } from "kysely";
import type { Database, Schema } from "../storage/index.ts";
import type { Actor, AuditPage, AuditQuery, AuditRecord } from "./audit.ts";

const MOST = 1000;
const USUAL = 100;

/** One page of the log. */
export async function list(db: Database, query: AuditQuery): Promise<AuditPage> {
  const limit = Math.min(Math.max(1, query.limit ?? USUAL), MOST);
  const newestFirst = query.order !== "oldest-first";
  const rows = await matching(db, query)
    .$call((rest) =>
      query.after === undefined
        ? rest
        : rest.where("position", newestFirst ? "<" : ">", query.after),
    )
    .orderBy("position", newestFirst ? "desc" : "asc")
    .limit(limit + 1)
    .execute();
  const entries = rows.slice(0, limit).map(recordOf);
  return { entries, next: rows.length > limit ? entries.at(-1)?.position : undefined };
}

function matching(db: Database, asked: AuditQuery) {
  const { action, actorId, actorKind, from, subject, until } = asked;
  let rows = db.selectFrom("audit_entry").selectAll();
  if (actorKind !== undefined) rows = rows.where("actor_kind", "=", actorKind);
  if (actorId !== undefined) rows = rows.where("actor_id", "=", actorId);
  if (subject !== undefined) rows = rows.where("subject", "=", subject);
  if (from !== undefined) rows = rows.where("at", ">=", from);
  if (until !== undefined) rows = rows.where("at", "<", until);
  if (action === undefined) return rows;
  return action.endsWith(".")
    ? rows.where((is) => is.fn<boolean>("starts_with", ["action", is.val(action)]))
    : rows.where("action", "=", action);
}

function recordOf(row: Selectable<Schema["audit_entry"]>): AuditRecord {
  return {
    position: Number(row.position),
    at: row.at,
    actor: { kind: kindOf(row.actor_kind), id: row.actor_id },
    action: row.action,
    subject: row.subject,
    reason: row.reason,
    ...(row.details === null ? {} : { details: detailsOf(row.details) }),
    hash: row.hash,
  };
}

function kindOf(text: string): Actor["kind"] {
  return text === "person" || text === "token" ? text : "system";
}

/** A row that somebody meddled with must not keep the others from being read. */
function detailsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : { unreadable: text };
  } catch {
    return { unreadable: text };
  }
}
