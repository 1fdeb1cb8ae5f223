import type { Attention } from "./ports.ts";

/** Somebody who looks at the tab or does not, as a test says. */
export class FakeAttention implements Attention {
  #looking = true;
  readonly #listeners = new Set<() => void>();

  isLooking(): boolean {
    return this.#looking;
  }

  look(looking: boolean): void {
    this.#looking = looking;
    for (const listener of this.#listeners) listener();
  }

  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
