/** How many people who are not of their own unit one person is shown within a day. */
export type DisclosureLimits = {
  readonly atLeast: number;
  /** Of everybody. */
  readonly share: number;
  readonly windowMs: number;
};

/** Enough for a day of looking people up; weeks to copy a directory. */
export const DISCLOSURE_LIMITS: DisclosureLimits = {
  atLeast: 200,
  share: 0.05,
  windowMs: 86_400_000,
};

type Window = { readonly since: number; readonly seen: Set<number> };

/**
 * Counts whom each person was shown, so that nobody can copy the directory by searching for all letters.
 * Whom one has seen already costs nothing again. Held in memory alone and forgotten after a day: a
 * register of who looked for whom is the last thing that a town hall should keep.
 */
export class Disclosure {
  readonly #limits: DisclosureLimits;
  /** A small number for each Matrix ID. */
  readonly #numbers = new Map<string, number>();
  readonly #windows = new Map<string, Window>();

  constructor(limits: DisclosureLimits = DISCLOSURE_LIMITS) {
    this.#limits = limits;
  }

  /** How many people somebody may see within a window, in a directory of so many. */
  allowance(people: number): number {
    const { atLeast, share } = this.#limits;
    return Math.max(atLeast, Math.floor(people * share));
  }

  /**
   * Keeps of `asked` those whom the viewer may still be shown, in their order, and counts them.
   *
   * @param free those who cost nothing: of the viewer's own unit
   */
  take(
    viewer: string,
    asked: readonly string[],
    options: {
      readonly now: number;
      readonly people: number;
      readonly free: (userId: string) => boolean;
    },
  ): readonly string[] {
    const { seen } = this.#windowOf(viewer, options.now);
    const allowed = this.allowance(options.people);
    return asked.filter((userId) => {
      if (options.free(userId)) return true;
      const number = this.#numberOf(userId);
      if (seen.has(number)) return true;
      if (seen.size >= allowed) return false;
      seen.add(number);
      return true;
    });
  }

  /** How long until a viewer may see others again, in milliseconds. */
  waitMs(viewer: string, now: number): number {
    return this.#windowOf(viewer, now).since + this.#limits.windowMs - now;
  }

  /** Forgets what is over. */
  sweep(now: number): void {
    for (const [viewer, { since }] of this.#windows) {
      if (now - since >= this.#limits.windowMs) this.#windows.delete(viewer);
    }
    if (this.#windows.size === 0) this.#numbers.clear();
  }

  #windowOf(viewer: string, now: number): Window {
    const known = this.#windows.get(viewer);
    if (known !== undefined && now - known.since < this.#limits.windowMs) return known;
    const fresh: Window = { since: now, seen: new Set() };
    this.#windows.set(viewer, fresh);
    return fresh;
  }

  #numberOf(userId: string): number {
    const known = this.#numbers.get(userId);
    if (known !== undefined) return known;
    const fresh = this.#numbers.size;
    this.#numbers.set(userId, fresh);
    return fresh;
  }
}
