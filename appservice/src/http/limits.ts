import type { Caller } from "../access/index.ts";

/** So many at once, and so many a second in the long run. */
export type Pace = { readonly burst: number; readonly perSecond: number };

export type Limits = {
  /** Our own command line and the tests: limited only against a loop gone wild. */
  readonly machine: Pace;
  readonly token: Pace;
  readonly person: Pace;
  /** Who has not signed in, by address: a whole town hall may stand behind one. */
  readonly anonymous: Pace;
  /** Tokens that are nobody's, by address. */
  readonly failures: Pace;
};

export const LIMITS: Limits = {
  machine: { burst: 2000, perSecond: 500 },
  token: { burst: 200, perSecond: 20 },
  person: { burst: 100, perSecond: 10 },
  anonymous: { burst: 600, perSecond: 50 },
  failures: { burst: 50, perSecond: 0.5 },
};

type Bucket = { readonly at: number; readonly left: number };

/** Who asks more seldom than these others is forgotten first; a full bucket is the same as none. */
const MOST_BUCKETS = 20_000;

/** Buckets that empty with each request and fill with time, in the memory of this copy alone. */
export class Buckets {
  readonly #pace: Pace;
  readonly #buckets = new Map<string, Bucket>();

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  /** @returns 0 if the request may go on, else the milliseconds to wait */
  take(who: string, now: number): number {
    const wait = this.wait(who, now);
    if (wait > 0) return wait;
    const left = this.#left(who, now) - 1;
    // Set anew, so that the first in the map is who has not asked for longest.
    this.#buckets.delete(who);
    this.#buckets.set(who, { at: now, left });
    if (this.#buckets.size > MOST_BUCKETS) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return 0;
  }

  /** How long {@link Buckets.take} would have to wait; takes nothing. */
  wait(who: string, now: number): number {
    const left = this.#left(who, now);
    return left >= 1 ? 0 : Math.ceil(((1 - left) / this.#pace.perSecond) * 1000);
  }

  #left(who: string, now: number): number {
    const { burst, perSecond } = this.#pace;
    const { at, left } = this.#buckets.get(who) ?? { at: now, left: burst };
    return Math.min(burst, left + (Math.max(0, now - at) * perSecond) / 1000);
  }
}

/** Names a caller, the same at each request. */
export function nameOf(caller: Caller): string {
  switch (caller.kind) {
    case "machine":
      return "machine";
    case "token":
      return `token:${caller.id}`;
    case "person":
      return `person:${caller.sourceId}`;
  }
}
