import { createHash } from "node:crypto";
import { z } from "zod";
import type { Database } from "../storage/index.ts";
import { reasonOf } from "./reason.ts";
import { storable } from "./storable.ts";
import { PushedEvent } from "./subscription.ts";
import type { Subscription } from "./subscription.ts";

/** The body of `PUT /_matrix/app/v1/transactions/{txnId}` (Application Service API). */
export const Transaction = z.looseObject({ events: z.array(z.unknown()).max(10_000) });

export type Taken = {
  /** Stored for a capability. */
  readonly kept: number;
  /** Answered and forgotten: nobody subscribed to it, or not an event at all. */
  readonly dropped: number;
  /** Had been taken before. */
  readonly repeated: number;
};

/** A row of the inbox to be: an event for one subscriber. */
type Row = {
  readonly event_id: string;
  readonly subscriber: string;
  readonly room_id: string;
  readonly type: string;
  readonly body: string | null;
  readonly quarantined_at: Date | null;
  readonly reason: string | null;
};

/** PostgreSQL takes 65,535 values in a statement. */
const ROWS_AT_ONCE = 1000;

/**
 * Takes what the homeserver pushes: stored before it is answered, each event once however often it
 * comes. Only what a capability subscribed to is kept, and of that only what it asked for.
 */
export class Inbox {
  readonly #db: Database;
  readonly #byType = new Map<string, Subscription[]>();
  readonly #onKept: () => void;

  /** @param onKept told when something new lies in the store */
  constructor(db: Database, subscriptions: readonly Subscription[], onKept: () => void = () => {}) {
    this.#db = db;
    this.#onKept = onKept;
    for (const subscription of subscriptions) {
      for (const type of new Set(subscription.types)) {
        const known = this.#byType.get(type);
        if (known === undefined) this.#byType.set(type, [subscription]);
        else known.push(subscription);
      }
    }
  }

  /** Stores a transaction's events; resolves when they are on disk. */
  async take(txnId: string, events: readonly unknown[]): Promise<Taken> {
    const rowsOfEach = events
      .map((event) => this.#rowsFor(event))
      .filter(({ length }) => length > 0);
    const rows = rowsOfEach.flat();
    const kept = await this.#db.transaction().execute(async (trx) => {
      const first = await trx
        .insertInto("inbox_transaction")
        .values({ txn_id: txnId, digest: digestOf(events) })
        .onConflict((conflict) => conflict.doNothing())
        .returning("txn_id")
        .executeTakeFirst();
      if (first === undefined) return undefined;
      const ids = new Set<string>();
      for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
        const inserted = await trx
          .insertInto("inbox_event")
          .values(rows.slice(from, from + ROWS_AT_ONCE))
          .onConflict((conflict) => conflict.columns(["event_id", "subscriber"]).doNothing())
          .returning("event_id")
          .execute();
        for (const { event_id: id } of inserted) ids.add(id);
      }
      return ids.size;
    });
    if (kept === undefined) return { kept: 0, dropped: 0, repeated: events.length };
    if (kept > 0) this.#onKept();
    return {
      kept,
      dropped: events.length - rowsOfEach.length,
      repeated: rowsOfEach.length - kept,
    };
  }

  #rowsFor(pushed: unknown): readonly Row[] {
    const parsed = PushedEvent.safeParse(pushed);
    if (!parsed.success) return [];
    const event = parsed.data;
    return (this.#byType.get(event.type) ?? []).flatMap(({ name, keep }): readonly Row[] => {
      const row = {
        event_id: event.event_id,
        subscriber: name,
        room_id: event.room_id,
        type: event.type,
      };
      try {
        const body = keep(event);
        if (body === undefined) return [];
        return [
          { ...row, body: JSON.stringify(storable(body)), quarantined_at: null, reason: null },
        ];
      } catch (error) {
        // Answered all the same: else it would come again for ever, and nothing behind it.
        return [{ ...row, body: null, quarantined_at: new Date(), reason: reasonOf(error) }];
      }
    });
  }
}

/** Of what a transaction has in it; the events' own fields may differ when it comes again ("age"). */
function digestOf(events: readonly unknown[]): string {
  const ids = events.map((event) =>
    typeof event === "object" && event !== null && "event_id" in event ? event.event_id : null,
  );
  return createHash("sha256").update(JSON.stringify(ids)).digest("base64url");
}
