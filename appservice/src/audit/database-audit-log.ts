import { sql } from "kysely";
import type { Database } from "../storage/index.ts";
import type {
  Actor,
  AuditEntry,
  AuditHead,
  AuditLog,
  AuditPage,
  AuditQuery,
  AuditReader,
  AuditVerdict,
} from "./audit.ts";
import { canonicalJson } from "./canonical.ts";
import { EMPTY, hashOf } from "./chain.ts";
import type { Link } from "./chain.ts";
import { list } from "./list.ts";
import { headOf, verify } from "./verify.ts";

/** Rows of one insert; an apply run of a whole city writes a hundred thousand. */
const AT_ONCE = 2000;

/**
 * The audit log in the store. Several copies of the appservice append to it one after the other: each
 * holds the head's row until its transaction ends. A trigger refuses to change or delete a row.
 */
export class DatabaseAuditLog implements AuditLog, AuditReader {
  readonly #db: Database;
  readonly #now: () => Date;

  constructor(options: { readonly db: Database; readonly now: () => Date }) {
    this.#db = options.db;
    this.#now = options.now;
  }

  async append(entries: readonly AuditEntry[], trx?: Database): Promise<void> {
    if (entries.length === 0) return;
    if (trx === undefined) await this.#db.transaction().execute((own) => this.#write(own, entries));
    else await this.#write(trx, entries);
  }

  async list(query: AuditQuery, reader: Actor): Promise<AuditPage> {
    const asked = Object.entries(query).filter(([, value]) => value !== undefined);
    await this.append([looking(reader, "list", Object.fromEntries(asked))]);
    return list(this.#db, query);
  }

  async verify(reader: Actor, anchor?: AuditHead): Promise<AuditVerdict> {
    const verdict = await verify(this.#db, anchor);
    // Behind the look at it: what is appended now shall not be taken for sound because it is new.
    await this.append([looking(reader, "verify", { found: verdict.kind })]);
    return verdict;
  }

  head(): Promise<AuditHead> {
    return headOf(this.#db);
  }

  async #write(trx: Database, entries: readonly AuditEntry[]): Promise<void> {
    await trx
      .insertInto("audit_head")
      .values({ ...EMPTY })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const head = await trx
      .selectFrom("audit_head")
      .select(["position", "hash"])
      .forUpdate()
      .executeTakeFirstOrThrow();
    const at = this.#now().toISOString();
    let position = Number(head.position);
    let previousHash = head.hash;
    for (let from = 0; from < entries.length; from += AT_ONCE) {
      const links = entries.slice(from, from + AT_ONCE).map((entry) => {
        position += 1;
        const link = linkOf(entry, { position, at, previousHash });
        previousHash = link.hash;
        return link;
      });
      // One parameter, whatever their number; a parameter for each field ends at 65,535.
      await sql`
        insert into audit_entry (position, at, actor_kind, actor_id, action, subject, reason, details,
          previous_hash, hash)
        select position, at, "actorKind", "actorId", action, subject, reason, details,
          "previousHash", hash
        from json_to_recordset(${JSON.stringify(links)}::json) as link (position bigint,
          at timestamptz, "actorKind" text, "actorId" text, action text, subject text, reason text,
          details text, "previousHash" text, hash text)`.execute(trx);
    }
    await trx.updateTable("audit_head").set({ position, hash: previousHash }).execute();
  }
}

function linkOf(
  { action, actor, details, reason, subject }: AuditEntry,
  place: Pick<Link, "position" | "at" | "previousHash">,
): Link {
  const fields = {
    ...place,
    actorKind: actor.kind,
    actorId: storable(actor.id),
    action: storable(action),
    subject: storable(subject),
    reason: storable(reason),
    details: details === undefined ? null : canonicalJson(details),
  };
  return { ...fields, hash: hashOf(fields) };
}

/** As the database can hold it: what people write must not keep an entry out of the log. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll("\u0000", "\uFFFD");
}

function looking(
  actor: Actor,
  subject: "list" | "verify",
  details: Readonly<Record<string, unknown>>,
): AuditEntry {
  return { actor, action: "audit.read", subject, reason: "asked for it", details };
}
