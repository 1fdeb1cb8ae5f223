import { sql } from "kysely";
import type { Database } from "./store.ts";

/** How a queue stands, for metrics. */
export type QueueState = {
  readonly waiting: number;
  readonly oldestSeconds: number;
  readonly quarantined: number;
};

const QUEUES = {
  inbox: { table: "inbox_event", since: "received_at", done: "processed_at" },
  outbox: { table: "outbox", since: "queued_at", done: "sent_at" },
} as const;

/** How many entries wait, how long the oldest has waited, and how many are in quarantine. */
export async function queueState(db: Database, queue: keyof typeof QUEUES): Promise<QueueState> {
  const { table, since, done } = QUEUES[queue];
  const { rows } = await sql<{ waiting: string; age: string; quarantined: string }>`select
      (select count(*) from ${sql.table(table)}
        where ${sql.ref(done)} is null and quarantined_at is null) as waiting,
      (select coalesce(extract(epoch from clock_timestamp() - min(${sql.ref(since)})), 0)
        from ${sql.table(table)}
        where ${sql.ref(done)} is null and quarantined_at is null) as age,
      (select count(*) from ${sql.table(table)} where quarantined_at is not null) as quarantined`.execute(
    db,
  );
  const [row] = rows;
  return {
    waiting: Number(row?.waiting ?? 0),
    oldestSeconds: Math.max(0, Number(row?.age ?? 0)),
    quarantined: Number(row?.quarantined ?? 0),
  };
}

const before = (days: number) => sql`clock_timestamp() - ${days} * interval '1 day'`;

/**
 * Forgets what is done since longer than `doneDays`, and what is in quarantine since longer than
 * `quarantinedDays`. What waits for a capability that this version does not have goes into quarantine
 * once it is as old as that, without its body.
 *
 * @returns how many entries went
 */
export async function pruneQueues(
  db: Database,
  kept: { readonly doneDays: number; readonly quarantinedDays: number },
  subscribers: readonly string[],
): Promise<number> {
  let gone = 0n;
  for (const { table, done } of Object.values(QUEUES)) {
    const result = await sql`delete from ${sql.table(table)}
      where ${sql.ref(done)} < ${before(kept.doneDays)}
        or quarantined_at < ${before(kept.quarantinedDays)}`.execute(db);
    gone += result.numAffectedRows ?? 0n;
  }
  await sql`delete from inbox_transaction where received_at < ${before(kept.doneDays)}`.execute(db);
  await sql`update inbox_event set quarantined_at = now(), body = null, reason = 'nobody handles it'
    where processed_at is null and quarantined_at is null
      and received_at < ${before(kept.doneDays)}
      and subscriber <> all(${subscribers})`.execute(db);
  return Number(gone);
}
