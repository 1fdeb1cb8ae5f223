/** How fast one person may ask: so many at once, and so many a second in the long run. */
export type PaceLimits = { readonly burst: number; readonly perSecond: number };

/** A person who types fast asks some times a second. */
export const PACE_LIMITS: PaceLimits = { burst: 40, perSecond: 2 };

type Bucket = { readonly at: number; readonly left: number };

/** A bucket for each person, that empties with each request and fills with time. */
export class Pace {
  readonly #limits: PaceLimits;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limits: PaceLimits = PACE_LIMITS) {
    this.#limits = limits;
  }

  /** @returns 0 if the request may go on, else the milliseconds to wait */
  take(who: string, now: number): number {
    const { burst, perSecond } = this.#limits;
    const { at, left } = this.#buckets.get(who) ?? { at: now, left: burst };
    const filled = Math.min(burst, left + (Math.max(0, now - at) * perSecond) / 1000);
    if (filled < 1) return Math.ceil(((1 - filled) / perSecond) * 1000);
    this.#buckets.set(who, { at: now, left: filled - 1 });
    return 0;
  }

  /** Forgets who has not asked for so long that their bucket is full. */
  sweep(now: number): void {
    const { burst, perSecond } = this.#limits;
    for (const [who, { at, left }] of this.#buckets) {
      if (left + ((now - at) * perSecond) / 1000 >= burst) this.#buckets.delete(who);
    }
  }
}
