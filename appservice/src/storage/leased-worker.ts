import { LeaseLost } from "./leases.ts";
import type { Lease, Leases } from "./leases.ts";

export type LeasedWorkerOptions = {
  readonly leases: Leases;
  /** The lease, by name: one copy of the appservice does this work at a time. */
  readonly name: string;
  /** Does what there is to do now. */
  readonly work: (lease: Lease) => Promise<void>;
  /** How often it is done when nobody wakes it, in milliseconds. */
  readonly everyMs: number;
  /** Told of what broke; it is done again a little later. */
  readonly stumbled: (error: unknown) => void;
};

const AFTER_STUMBLING_MS = 1000;

/** Work that is done again and again by one copy of the appservice: when woken, and from time to time. */
export class LeasedWorker {
  readonly #options: LeasedWorkerOptions;
  readonly #stopping = new AbortController();
  #wake: () => void = () => {};
  #woken = false;
  #running: Promise<void> = Promise.resolve();

  constructor(options: LeasedWorkerOptions) {
    this.#options = options;
  }

  /** Aborted when the work shall end. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Begins; returns at once. */
  start(): void {
    this.#running = this.#runForEver();
  }

  /** There is something to do. */
  wake(): void {
    this.#woken = true;
    this.#wake();
  }

  /** Resolves when the work has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error("stopping"));
    this.wake();
    await this.#running;
  }

  async #runForEver(): Promise<void> {
    const { leases, name, work, everyMs, stumbled } = this.#options;
    const { stopping } = this;
    while (!stopping.aborted) {
      try {
        await leases.withLease(
          name,
          async (lease) => {
            while (!stopping.aborted) {
              lease.signal.throwIfAborted();
              this.#woken = false;
              await work(lease);
              await this.#rest(everyMs);
            }
          },
          stopping,
        );
      } catch (error) {
        if (stopping.aborted) return;
        if (!(error instanceof LeaseLost)) stumbled(error);
        await this.#rest(AFTER_STUMBLING_MS);
      }
    }
  }

  async #rest(ms: number): Promise<void> {
    if (this.#woken || this.stopping.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = setTimeout(resolve, ms);
    await promise;
    clearTimeout(timer);
    this.#wake = () => {};
  }
}
