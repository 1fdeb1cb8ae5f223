import { z } from "zod";
import type { Database } from "../storage/index.ts";

const id = z
  .string()
  .min(1)
  .max(255)
  .refine((text) => text === storable(text));

/** An event as a transaction carries it; more fields may be there and are kept. */
const PushedEvent = z.looseObject({ event_id: id, room_id: id, type: id });

/** The body of `PUT /_matrix/app/v1/transactions/{txnId}` (Application Service API). */
export const Transaction = z.looseObject({ events: z.array(z.unknown()).max(10_000) });

export type Taken = {
  /** Stored for a capability. */
  readonly kept: number;
  /** Answered and forgotten: nobody subscribed to the type, or not an event at all. */
  readonly dropped: number;
  /** Had been taken before. */
  readonly repeated: number;
};

/**
 * Takes what the homeserver pushes: stored before it is answered, each event once however often it
 * comes. Only types that a capability subscribed to are kept.
 */
export class Inbox {
  readonly #db: Database;
  readonly #subscribed: ReadonlySet<string>;

  constructor(db: Database, subscribedTypes: Iterable<string>) {
    this.#db = db;
    this.#subscribed = new Set(subscribedTypes);
  }

  /** Stores a transaction's events; resolves when they are on disk. */
  async take(txnId: string, events: readonly unknown[]): Promise<Taken> {
    const wanted = events.flatMap((event) => {
      const parsed = PushedEvent.safeParse(event);
      return parsed.success && this.#subscribed.has(parsed.data.type) ? [parsed.data] : [];
    });
    return this.#db.transaction().execute(async (trx) => {
      const first = await trx
        .insertInto("inbox_transaction")
        .values({ txn_id: txnId })
        .onConflict((conflict) => conflict.doNothing())
        .returning("txn_id")
        .executeTakeFirst();
      if (first === undefined) return { kept: 0, dropped: 0, repeated: events.length };
      let kept = 0;
      for (const event of wanted) {
        const inserted = await trx
          .insertInto("inbox_event")
          .values({
            event_id: event.event_id,
            room_id: event.room_id,
            type: event.type,
            body: JSON.stringify(storable(event)),
            processed_at: null,
          })
          .onConflict((conflict) => conflict.column("event_id").doNothing())
          .returning("event_id")
          .executeTakeFirst();
        if (inserted !== undefined) kept += 1;
      }
      return { kept, dropped: events.length - wanted.length, repeated: wanted.length - kept };
    });
  }
}

/**
 * A JSON value as PostgreSQL can hold it: it refuses null characters and halves of surrogate pairs, and
 * one such event would hold up every one behind it.
 */
function storable(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("\u0000", "\uFFFD").toWellFormed();
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [storable(key), storable(inner)]),
  );
}
