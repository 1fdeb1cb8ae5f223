import { sql } from "kysely";
import { HomeserverError } from "../homeserver/index.ts";
import type { Homeserver } from "../homeserver/index.ts";
import { LeasedWorker } from "../storage/index.ts";
import type { Database, Lease, Leases } from "../storage/index.ts";

/** What happens to sends, for logs and metrics. None of it carries content. */
export interface OutboxEvents {
  sent(count: number): void;
  /** It will be tried again. */
  failed(id: string, reason: string): void;
  quarantined(id: string, reason: string): void;
  /** The store is away, or something else than a send broke. */
  stumbled(error: unknown): void;
}

export type SenderOptions = {
  readonly db: Database;
  readonly leases: Leases;
  readonly homeserver: Pick<Homeserver, "ensureDevice" | "send">;
  readonly events: OutboxEvents;
  /** How long after the first, second, … failure it is tried again, in milliseconds; then as the last. */
  readonly pausesMs?: readonly number[];
  /** How often the store is asked for what another copy has queued, in milliseconds. */
  readonly lookMs?: number;
};

type Row = {
  readonly id: string;
  readonly sender: string;
  readonly room_id: string;
  readonly type: string;
  readonly content: Readonly<Record<string, unknown>> | null;
  readonly attempts: number;
};

/** The device of each sender that the appservice sends from. */
const DEVICE = "KLAAF";
const PAUSES_MS: readonly number[] = [1000, 5000, 30_000, 60_000];
const LOOK_MS = 500;
const WINDOW = 50;
/** How many requests the homeserver is given at once. */
const WIDTH = 4;
const DEVICE_GONE = "unclear: tried from a device that is gone";
/** Synapse forgets a transaction after a day; a resend would be a second event. */
const CLEAR_FOR = sql`interval '23 hours'`;
/** The lease that lets one copy send at a time. */
export const OUTBOX_LEASE = "outbox";

/**
 * Brings queued events to the homeserver, each exactly once: every try has the row's id for a
 * transaction id, and a device of its sender, by which the homeserver knows it again. What can be
 * neither sent nor known to be unsent goes into quarantine rather than out twice.
 */
export class Sender {
  readonly #options: SenderOptions;
  readonly #pausesMs: readonly number[];
  readonly #worker: LeasedWorker;
  /** Senders whose device is there. */
  readonly #equipped = new Set<string>();

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#pausesMs = options.pausesMs ?? PAUSES_MS;
    this.#worker = new LeasedWorker({
      leases: options.leases,
      name: OUTBOX_LEASE,
      work: (lease) => this.drain(lease),
      everyMs: options.lookMs ?? LOOK_MS,
      stumbled: (error) => options.events.stumbled(error),
    });
  }

  /** Begins; returns at once. */
  start(): void {
    this.#worker.start();
  }

  /** Something new may lie in the store. */
  wake(): void {
    this.#worker.wake();
  }

  /** Resolves when nothing is being sent any more. */
  stop(): Promise<void> {
    return this.#worker.stop();
  }

  /**
   * Sends what is due now, whole, under a lease that the caller has.
   *
   * @throws LeaseLost; whatever the store throws
   */
  async drain(lease: Lease): Promise<void> {
    for (;;) {
      const rows = await this.#due();
      if (rows.length === 0) return;
      const queues = [
        ...Map.groupBy(rows, ({ room_id: room, sender }) => `${sender} ${room}`).values(),
      ];
      const work = async () => {
        for (let queue = queues.shift(); queue !== undefined; queue = queues.shift())
          await this.#sendInOrder(queue, lease);
      };
      // All come to their end before the lease is given back.
      const ends = await Promise.allSettled(Array.from({ length: WIDTH }, work));
      for (const end of ends) if (end.status === "rejected") throw end.reason;
      if (this.#worker.stopping.aborted) return;
    }
  }

  /** The oldest that may be sent now. Who waits for another try holds what is behind it in its room. */
  #due(): Promise<readonly Row[]> {
    return this.#options.db
      .selectFrom("outbox as event")
      .select(["id", "sender", "room_id", "type", "content", "attempts"])
      .where("sent_at", "is", null)
      .where("quarantined_at", "is", null)
      .where(
        sql<boolean>`not exists (
          select 1 from outbox as before
          where before.room_id = event.room_id and before.sender = event.sender
            and before.position <= event.position and before.next_at > clock_timestamp()
            and before.sent_at is null and before.quarantined_at is null)`,
      )
      .orderBy("position")
      .limit(WINDOW)
      .execute();
  }

  /** Sends a room's events of one sender, one after the other, up to the first that must wait. */
  async #sendInOrder(rows: readonly Row[], lease: Lease): Promise<void> {
    for (const row of rows) {
      if (this.#worker.stopping.aborted || !(await this.#send(row, lease))) return;
    }
  }

  /** @returns whether it is out of the way of those behind it */
  async #send(row: Row, lease: Lease): Promise<boolean> {
    let tried = false;
    try {
      await this.#equip(row.sender);
      const mark = await this.#mark(row.id, lease);
      if (mark === "gone") return true;
      if (mark === "too late") {
        await this.#quarantine(row.id, "unclear: first tried more than 23 hours ago");
        return true;
      }
      tried = mark === "tried";
      const eventId = await this.#options.homeserver.send({
        roomId: row.room_id,
        type: row.type,
        content: row.content ?? {},
        sender: row.sender,
        deviceId: DEVICE,
        txnId: row.id,
      });
      await this.#options.db
        .updateTable("outbox")
        .set({ event_id: eventId, sent_at: sql<Date>`now()`, content: null, next_at: null })
        .where("id", "=", row.id)
        .execute();
    } catch (error) {
      if (!(error instanceof HomeserverError)) throw error;
      return this.#failed(row, error, tried);
    }
    this.#options.events.sent(1);
    return true;
  }

  /** Makes sure that a sender has a device. What was tried from one that is gone stays unclear. */
  async #equip(sender: string): Promise<void> {
    if (this.#equipped.has(sender)) return;
    if ((await this.#options.homeserver.ensureDevice(sender, DEVICE)) === "made") {
      const unclear = await this.#options.db
        .selectFrom("outbox")
        .select("id")
        .where("sender", "=", sender)
        .where("sent_at", "is", null)
        .where("quarantined_at", "is", null)
        .where("unclear_since", "is not", null)
        .execute();
      for (const { id } of unclear) await this.#quarantine(id, DEVICE_GONE);
    }
    this.#equipped.add(sender);
  }

  /**
   * Notes that from now on the homeserver may have the event.
   *
   * @returns whether that may have been so before
   * @throws LeaseLost
   */
  #mark(id: string, lease: Lease): Promise<"new" | "tried" | "too late" | "gone"> {
    return this.#options.db.transaction().execute(async (trx) => {
      await lease.secure(trx);
      const row = await trx
        .selectFrom("outbox")
        .select([
          "unclear_since",
          sql<boolean>`coalesce(unclear_since < clock_timestamp() - ${CLEAR_FOR}, false)`.as(
            "late",
          ),
        ])
        .where("id", "=", id)
        .where("sent_at", "is", null)
        .where("quarantined_at", "is", null)
        .executeTakeFirst();
      if (row === undefined) return "gone";
      if (row.late) return "too late";
      if (row.unclear_since !== null) return "tried";
      await trx
        .updateTable("outbox")
        .set({ unclear_since: sql<Date>`clock_timestamp()` })
        .where("id", "=", id)
        .execute();
      return "new";
    });
  }

  /** @returns whether it is out of the way of those behind it */
  async #failed(row: Row, error: HomeserverError, tried: boolean): Promise<boolean> {
    const reason = `${error.code} ${error.status}`;
    const unclear = tried || error.mayBeDone;
    const deviceGone = error.code === "M_UNKNOWN_DEVICE";
    if (deviceGone) this.#equipped.delete(row.sender);
    if (deviceGone && tried) {
      await this.#quarantine(row.id, DEVICE_GONE);
      return true;
    }
    if (error.retry === "never" && !deviceGone) {
      await this.#quarantine(row.id, reason, unclear);
      return true;
    }
    const pause = this.#pausesMs[row.attempts] ?? this.#pausesMs.at(-1) ?? 0;
    await this.#options.db
      .updateTable("outbox")
      .set({
        attempts: row.attempts + 1,
        next_at: sql<Date>`clock_timestamp() + ${pause} * interval '1 millisecond'`,
        ...(unclear ? {} : { unclear_since: null }),
      })
      .where("id", "=", row.id)
      .execute();
    this.#options.events.failed(row.id, reason);
    return false;
  }

  async #quarantine(id: string, reason: string, unclear = true): Promise<void> {
    await this.#options.db
      .updateTable("outbox")
      .set({
        quarantined_at: sql<Date>`now()`,
        reason,
        next_at: null,
        ...(unclear ? {} : { unclear_since: null }),
      })
      .where("id", "=", id)
      .execute();
    this.#options.events.quarantined(id, reason);
  }
}
