import type { Reach } from "./ping.ts";

export type WatchdogOptions = {
  readonly ping: () => Promise<Reach>;
  /** Told of each ping, and whether the answer differs from the one before. */
  readonly onReach: (reach: Reach, isNew: boolean) => void;
  /** How long nothing may be heard before the homeserver is asked, in milliseconds. */
  readonly quietMs?: number;
};

const REACHED = { kind: "reached" } as const;
const QUIET_MS = 60_000;
/** Pauses after a ping in vain: the start of a copy is the moment when one matters. */
const AGAIN_MS: readonly number[] = [100, 200, 400, 800];
const LONGEST_AGAIN_MS = 2000;

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
  #inVain = 0;
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
    const { ping, onReach, quietMs = QUIET_MS } = this.#options;
    let { kind }: Pick<Reach, "kind"> = REACHED;
    if (!this.#heard) {
      const reach = await ping();
      if (this.#stopping.signal.aborted) return;
      ({ kind } = reach);
      onReach(reach, kind !== this.#last);
    }
    this.#last = kind;
    this.#heard = false;
    this.#inVain = kind === "reached" ? 0 : this.#inVain + 1;
    const pause = this.#inVain === 0 ? quietMs : (AGAIN_MS[this.#inVain - 1] ?? LONGEST_AGAIN_MS);
    this.#timer = setTimeout(() => void this.#look(), pause);
  }
}
