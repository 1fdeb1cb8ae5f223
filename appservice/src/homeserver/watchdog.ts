import type { Reach } from "./ping.ts";

export type WatchdogOptions = {
  readonly ping: () => Promise<Reach>;
  /** Told of each ping, and whether the answer differs from the one before. */
  readonly onReach: (reach: Reach, isNew: boolean) => void;
  /** How long nothing may be heard before the homeserver is asked, in milliseconds. */
  readonly quietMs?: number;
  /** The same while the last ping failed. */
  readonly againMs?: number;
};

/**
 * Sees to it that the homeserver pushes: pings at the start, and whenever nothing was heard for a
 * while. Not while something is heard: each ping starts another round of sending in Synapse beside the
 * one that may be under way, and everything would come twice.
 */
export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #stopping = new AbortController();
  #heard = false;
  #last: Reach["kind"] | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WatchdogOptions) {
    this.#options = options;
  }

  /** Pings now, and from then on when it is quiet. */
  start(): void {
    void this.#look();
  }

  /** The homeserver has pushed something. */
  heard(): void {
    this.#heard = true;
  }

  stop(): void {
    this.#stopping.abort();
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    const { ping, onReach, quietMs = 60_000, againMs = 2000 } = this.#options;
    if (!this.#heard) {
      const reach = await ping();
      if (this.#stopping.signal.aborted) return;
      onReach(reach, reach.kind !== this.#last);
      this.#last = reach.kind;
    } else this.#last = "reached";
    this.#heard = false;
    this.#timer = setTimeout(() => void this.#look(), this.#last === "reached" ? quietMs : againMs);
  }
}
