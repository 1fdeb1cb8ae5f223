import { sql } from "kysely";
import type { Database } from "./store.ts";

/** A piece of work that this copy of the appservice, and no other, may do for now. */
export interface Lease {
  readonly name: string;
  /** Aborted once the lease is lost: another copy may be at work, so stop. */
  readonly signal: AbortSignal;
  /**
   * Holds the lease to the end of a transaction: what the transaction writes is written by the holder or
   * not at all, however long this process was asleep in between.
   *
   * @throws LeaseLost if another copy has it by now; roll back
   */
  secure(trx: Database): Promise<void>;
}

/** The work was taken over by another copy of the appservice. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";

  constructor(lease: string) {
    super(`The lease ${lease} is another copy's by now.`);
  }
}

export type LeasesOptions = {
  readonly db: Database;
  /** This process: another id at each start. */
  readonly holder: string;
  /** This copy's name, the same at each start: it takes back at once what a killed self held. */
  readonly instance: string;
  /** How long a lease outlives a killed holder, in milliseconds; renewed in a third of it. */
  readonly lastsMs?: number;
};

const DEFAULT_LASTS_MS = 10_000;

/**
 * Decides which of several copies of the appservice does what: a row for each piece of work, changed by
 * compare and set. Time is the database's, so that the copies' clocks need not agree.
 */
export class Leases {
  readonly #db: Database;
  readonly #holder: string;
  readonly #instance: string;
  readonly #lastsMs: number;
  readonly #own = new Set<string>();

  constructor({ db, holder, instance, lastsMs = DEFAULT_LASTS_MS }: LeasesOptions) {
    this.#db = db;
    this.#holder = holder;
    this.#instance = instance;
    this.#lastsMs = lastsMs;
  }

  /** Frees what this copy held before it was killed. Once, before the first lease. */
  async recover(): Promise<void> {
    await this.#db
      .deleteFrom("lease")
      .where("instance", "=", this.#instance)
      .where("holder", "!=", this.#holder)
      .execute();
  }

  /**
   * Waits for the lease, does the work, and frees it. Nobody else does work of this name meanwhile;
   * within this process as well.
   *
   * @param signal gives up waiting
   * @returns what the work returned
   * @throws what the work threw; the signal's reason if it gave up waiting
   */
  async withLease<T>(
    name: string,
    work: (lease: Lease) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    for (;;) {
      const outcome = await this.tryLease(name, work);
      if (outcome.held) return outcome.value;
      await pause(this.#lastsMs / 10, signal);
    }
  }

  /** Does the work if the lease can be had now; or else says that it cannot. */
  async tryLease<T>(
    name: string,
    work: (lease: Lease) => Promise<T>,
  ): Promise<{ readonly held: true; readonly value: T } | { readonly held: false }> {
    if (this.#own.has(name)) return { held: false };
    this.#own.add(name);
    try {
      if (!(await this.#take(name))) return { held: false };
      const lost = new AbortController();
      const renewing = setInterval(() => void this.#renew(name, lost), this.#lastsMs / 3);
      try {
        const secure = (trx: Database) => this.#secure(name, trx, lost);
        return { held: true, value: await work({ name, signal: lost.signal, secure }) };
      } finally {
        clearInterval(renewing);
        await this.#free(name);
      }
    } finally {
      this.#own.delete(name);
    }
  }

  #until() {
    return sql<Date>`clock_timestamp() + ${this.#lastsMs} * interval '1 millisecond'`;
  }

  async #take(name: string): Promise<boolean> {
    const taken = await this.#db
      .insertInto("lease")
      .values({ name, holder: this.#holder, instance: this.#instance, until: this.#until() })
      .onConflict((conflict) =>
        conflict
          .column("name")
          .doUpdateSet({ holder: this.#holder, instance: this.#instance, until: this.#until() })
          .where("lease.until", "<", sql<Date>`clock_timestamp()`),
      )
      .returning("name")
      .executeTakeFirst();
    return taken !== undefined;
  }

  async #renew(name: string, lost: AbortController): Promise<void> {
    try {
      if (!(await this.#extend(name, this.#db))) lost.abort(new LeaseLost(name));
    } catch {
      // The store is away: the next renewal finds whether the lease is still ours.
    }
  }

  async #secure(name: string, trx: Database, lost: AbortController): Promise<void> {
    if (await this.#extend(name, trx)) return;
    const error = new LeaseLost(name);
    lost.abort(error);
    throw error;
  }

  /** In a transaction this locks the row to its end: nobody takes the lease over before. */
  async #extend(name: string, db: Database): Promise<boolean> {
    const extended = await db
      .updateTable("lease")
      .set({ until: this.#until() })
      .where("name", "=", name)
      .where("holder", "=", this.#holder)
      .returning("name")
      .executeTakeFirst();
    return extended !== undefined;
  }

  async #free(name: string): Promise<void> {
    try {
      await this.#db
        .deleteFrom("lease")
        .where("name", "=", name)
        .where("holder", "=", this.#holder)
        .execute();
    } catch {
      // It runs out by itself.
    }
  }
}

/** @throws the signal's reason when it is aborted first */
async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const stop = () => reject(signal?.reason);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}
