import type { Database } from "../storage/index.ts";
import type { AuditHead, AuditVerdict } from "./audit.ts";
import { EMPTY, explain, holds } from "./chain.ts";
import type { Link } from "./chain.ts";
import { linkOf } from "./row.ts";

/** Rows read at once: the log may be larger than memory. */
const PAGE = 2000;

/** The end of the log as it was written down with the last entry. */
export async function headOf(db: Database): Promise<AuditHead> {
  const row = await db.selectFrom("audit_head").select(["position", "hash"]).executeTakeFirst();
  return row === undefined ? EMPTY : { position: Number(row.position), hash: row.hash };
}

/**
 * Walks the log from its first entry. Entries may be appended meanwhile.
 *
 * @param anchor a head that was noted elsewhere
 */
export async function verify(db: Database, anchor?: AuditHead): Promise<AuditVerdict> {
  let last: AuditHead = EMPTY;
  for (;;) {
    const links = await pageAfter(db, last);
    for (const link of links) {
      if (!holds(last, link)) {
        const stoodBehind = await isElsewhere(db, last, link);
        return { kind: "broken", ...explain(last, link, stoodBehind) };
      }
      if (link.position === anchor?.position && link.hash !== anchor.hash) {
        return { kind: "broken", position: link.position, why: "replaced" };
      }
      last = { position: link.position, hash: link.hash };
    }
    if (links.length > 0) continue;
    const head = await headOf(db);
    // The head is read after the rows: more may have been appended in between, with their rows.
    if (head.position > last.position && (await pageAfter(db, last)).length > 0) continue;
    return atTheEnd(last, head, anchor);
  }
}

function atTheEnd(last: AuditHead, head: AuditHead, anchor: AuditHead | undefined): AuditVerdict {
  if (Math.max(head.position, anchor?.position ?? 0) > last.position) {
    return { kind: "broken", position: last.position + 1, why: "truncated" };
  }
  if (head.position < last.position) {
    return { kind: "broken", position: head.position + 1, why: "inserted" };
  }
  if (head.hash !== last.hash) {
    return { kind: "broken", position: last.position, why: "replaced" };
  }
  return { kind: "intact", head };
}

async function pageAfter(db: Database, last: AuditHead): Promise<readonly Link[]> {
  const rows = await db
    .selectFrom("audit_entry")
    .selectAll()
    // Not from 1: who meddles can put an entry before the first.
    .$if(last.position > 0, (query) => query.where("position", ">", last.position))
    .orderBy("position")
    .limit(PAGE)
    .execute();
  return rows.map(linkOf);
}

/** Whether an entry that was written behind `before` stands at another place than `link`. */
async function isElsewhere(db: Database, before: AuditHead, link: Link): Promise<boolean> {
  const other = await db
    .selectFrom("audit_entry")
    .select("position")
    .where("previous_hash", "=", before.hash)
    .where("position", "!=", link.position)
    .executeTakeFirst();
  return other !== undefined;
}
