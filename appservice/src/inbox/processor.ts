import { sql } from "kysely";
import { LeasedWorker, LeaseLost } from "../storage/index.ts";
import type { Database, Lease, Leases } from "../storage/index.ts";
import { reasonOf } from "./reason.ts";
import type { InboxEvent, JsonRecord, Subscription } from "./subscription.ts";

/** What happens to events, for logs and metrics. None of it carries content. */
export interface InboxEvents {
  handled(subscriber: string, count: number): void;
  /** It will be tried again. */
  failed(subscriber: string, eventId: string, reason: string): void;
  quarantined(subscriber: string, eventId: string, reason: string): void;
  /** The store is away, or something else than a handler broke. */
  stumbled(error: unknown): void;
}

export type ProcessorOptions = {
  readonly db: Database;
  readonly leases: Leases;
  readonly subscriptions: readonly Subscription[];
  readonly events: InboxEvents;
  /** How long an event waits after its first, second, … failure, in milliseconds; then: quarantine. */
  readonly pausesMs?: readonly number[];
  /** How often the store is asked for what another copy has taken, in milliseconds. */
  readonly lookMs?: number;
};

type Row = {
  readonly position: string;
  readonly event_id: string;
  readonly subscriber: string;
  readonly room_id: string;
  readonly type: string;
  readonly body: JsonRecord | null;
  readonly attempts: number;
};

const PAUSES_MS: readonly number[] = [500, 2000, 8000, 30_000];
const LOOK_MS = 500;
const BATCH = 200;
/** A handler only writes to the store: after this long it hangs. */
const HANDLER_MS = 20_000;
/** How often, beyond the tries, the process may end while an event is handled: then it is the event. */
const CRASHES = 5;
/** The lease that lets one copy process at a time. */
export const INBOX_LEASE = "inbox";

/**
 * Hands events to their subscribers, each exactly once in effect: what a handler writes and the note
 * that its event is done are one transaction. Many events share one while nothing goes wrong; what was
 * begun before and not finished has one of its own.
 */
export class Processor {
  readonly #options: ProcessorOptions;
  readonly #subscriptions: ReadonlyMap<string, Subscription>;
  readonly #pausesMs: readonly number[];
  readonly #worker: LeasedWorker;

  constructor(options: ProcessorOptions) {
    this.#options = options;
    this.#pausesMs = options.pausesMs ?? PAUSES_MS;
    this.#subscriptions = new Map(options.subscriptions.map((one) => [one.name, one]));
    if (this.#subscriptions.size < options.subscriptions.length)
      throw new Error("Two subscriptions have the same name.");
    this.#worker = new LeasedWorker({
      leases: options.leases,
      name: INBOX_LEASE,
      work: (lease) => this.drain(lease),
      everyMs: options.lookMs ?? LOOK_MS,
      stumbled: (error) => options.events.stumbled(error),
    });
  }

  /** Begins; returns at once. Does nothing where nobody subscribed. */
  start(): void {
    if (this.#subscriptions.size > 0) this.#worker.start();
  }

  /** Something new lies in the store. */
  wake(): void {
    this.#worker.wake();
  }

  /** Resolves when no handler runs any more. */
  stop(): Promise<void> {
    return this.#worker.stop();
  }

  /**
   * Handles what is due now, whole, under a lease that the caller has.
   *
   * @throws LeaseLost; whatever the store throws
   */
  async drain(lease: Lease): Promise<void> {
    while (!this.#worker.stopping.aborted) {
      lease.signal.throwIfAborted();
      const rows = await this.#begin(lease);
      if (rows.length === 0) return;
      if (rows.length > 1 && (await this.#together(rows, lease))) continue;
      const held = new Set<string>();
      for (const row of rows) {
        const queue = queueOf(row);
        if (!held.has(queue) && !(await this.#alone(row, lease))) held.add(queue);
      }
    }
  }

  /**
   * Notes what will be handled now: after a crash it is known what was under way, and that it may be
   * what crashed. First what was begun before, one by one; then what is new, many at once.
   */
  async #begin(lease: Lease): Promise<readonly Row[]> {
    const names = [...this.#subscriptions.keys()];
    const waiting = (trx: Database) =>
      trx
        .selectFrom("inbox_event as event")
        .select("event.position")
        .where("event.subscriber", "in", names)
        .where("event.processed_at", "is", null)
        .where("event.quarantined_at", "is", null)
        .where(BEHIND_NOTHING)
        .orderBy("event.position");
    return this.#options.db.transaction().execute(async (trx) => {
      await lease.secure(trx);
      const again = waiting(trx).where("event.attempts", ">", 0).where(DUE).limit(1);
      const begun = await note(trx, again);
      return begun.length > 0
        ? begun
        : note(trx, waiting(trx).where("event.attempts", "=", 0).limit(BATCH));
    });
  }

  /** Handles all in one transaction. @returns whether it came to its end; else nothing happened */
  async #together(rows: readonly Row[], lease: Lease): Promise<boolean> {
    try {
      await this.#options.db.transaction().execute(async (trx) => {
        await lease.secure(trx);
        for (const row of rows) await this.#handle(row, trx);
        await done(trx, rows);
      });
    } catch (error) {
      if (error instanceof LeaseLost) throw error;
      return false;
    }
    this.#committed(rows);
    return true;
  }

  /** Handles one; if it cannot be, notes when it will be tried again. @returns whether it is out of the way */
  async #alone(row: Row, lease: Lease): Promise<boolean> {
    if (row.attempts > this.#pausesMs.length + CRASHES) {
      await this.#quarantine(row, `begun ${row.attempts - 1} times and never finished`, lease);
      return true;
    }
    try {
      await this.#options.db.transaction().execute(async (trx) => {
        await lease.secure(trx);
        await this.#handle(row, trx);
        await done(trx, [row]);
      });
      this.#committed([row]);
      return true;
    } catch (error) {
      if (error instanceof LeaseLost) throw error;
      return this.#fail(row, reasonOf(error), lease);
    }
  }

  async #handle(row: Row, trx: Database): Promise<void> {
    const { subscriber, event_id: eventId, room_id: roomId, type, body } = row;
    const subscription = this.#subscriptions.get(subscriber);
    if (subscription === undefined || typeof body !== "object" || body === null)
      throw new Error("The row is not one that the inbox wrote.");
    const event: InboxEvent = { eventId, roomId, type, kept: body };
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new HandlerTooSlow()), HANDLER_MS);
    try {
      await Promise.race([subscription.handle(event, trx), promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #fail(row: Row, reason: string, lease: Lease): Promise<boolean> {
    const pause = this.#pausesMs[row.attempts - 1];
    if (pause === undefined) {
      await this.#quarantine(row, reason, lease);
      return true;
    }
    await this.#options.db.transaction().execute(async (trx) => {
      await lease.secure(trx);
      await trx
        .updateTable("inbox_event")
        .set({ next_at: sql<Date>`clock_timestamp() + ${pause} * interval '1 millisecond'` })
        .where("position", "=", row.position)
        .execute();
    });
    this.#options.events.failed(row.subscriber, row.event_id, reason);
    return false;
  }

  async #quarantine(row: Row, reason: string, lease: Lease): Promise<void> {
    await this.#options.db.transaction().execute(async (trx) => {
      await lease.secure(trx);
      await trx
        .updateTable("inbox_event")
        .set({ quarantined_at: sql<Date>`now()`, reason, body: null, next_at: null })
        .where("position", "=", row.position)
        .execute();
    });
    this.#options.events.quarantined(row.subscriber, row.event_id, reason);
  }

  #committed(rows: readonly Row[]): void {
    for (const [subscriber, own] of Map.groupBy(rows, (row) => row.subscriber)) {
      this.#options.events.handled(subscriber, own.length);
      this.#subscriptions.get(subscriber)?.committed?.();
    }
  }
}

const DUE = sql<boolean>`(event.next_at is null or event.next_at <= clock_timestamp())`;

/** No earlier event of the same room, for the same subscriber, was begun and is not done. */
const BEHIND_NOTHING = sql<boolean>`not exists (
  select 1 from inbox_event as before
  where before.subscriber = event.subscriber and before.room_id = event.room_id
    and before.position < event.position and before.attempts > 0
    and before.processed_at is null and before.quarantined_at is null)`;

async function note(
  trx: Database,
  rows: { execute(): Promise<readonly { readonly position: string }[]> },
): Promise<readonly Row[]> {
  const positions = (await rows.execute()).map(({ position }) => position);
  if (positions.length === 0) return [];
  const begun = await trx
    .updateTable("inbox_event")
    .set(({ eb }) => ({ attempts: eb("attempts", "+", 1) }))
    .where("position", "in", positions)
    .returning(["position", "event_id", "subscriber", "room_id", "type", "body", "attempts"])
    .execute();
  return begun.toSorted((one, other) => Number(one.position) - Number(other.position));
}

/** Events of one room come to one subscriber in order. */
const queueOf = ({ subscriber, room_id: roomId }: Row) => `${subscriber} ${roomId}`;

async function done(trx: Database, rows: readonly Row[]): Promise<void> {
  await trx
    .updateTable("inbox_event")
    .set({ processed_at: sql<Date>`now()`, body: null, next_at: null })
    .where(
      "position",
      "in",
      rows.map(({ position }) => position),
    )
    .execute();
}

class HandlerTooSlow extends Error {
  override readonly name = "HandlerTooSlow";
}
