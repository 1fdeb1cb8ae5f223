import type { Clock } from "./ports.ts";

const DAY = 86_400_000;

/** A clock in UTC that stands until a test moves it. */
export class FakeClock implements Clock {
  #now: number;
  readonly #waiting = new Set<{ readonly at: number; readonly act: () => void }>();

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  startOfDay(at: number): number {
    return Math.floor(at / DAY) * DAY;
  }

  after(milliseconds: number, act: () => void): () => void {
    const one = { at: this.#now + milliseconds, act };
    this.#waiting.add(one);
    return () => this.#waiting.delete(one);
  }

  /** Lets time pass, and what waited for it happen in order. */
  pass(milliseconds: number): void {
    const until = this.#now + milliseconds;
    for (;;) {
      const [next] = [...this.#waiting].toSorted((a, b) => a.at - b.at);
      if (next === undefined || next.at > until) break;
      this.#waiting.delete(next);
      this.#now = next.at;
      next.act();
    }
    this.#now = until;
  }
}
