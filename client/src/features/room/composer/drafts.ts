import type { End } from "../../../ports/ports.ts";

/** What a person has begun to write, by room; in memory only, gone with the tab. */
export class Drafts {
  readonly #texts = new Map<string, string>();
  readonly #listeners = new Set<(roomId: string) => void>();

  get(roomId: string): string {
    return this.#texts.get(roomId) ?? "";
  }

  set(roomId: string, text: string): void {
    if (this.get(roomId) === text) return;
    if (text === "") this.#texts.delete(roomId);
    else this.#texts.set(roomId, text);
    for (const listener of this.#listeners) listener(roomId);
  }

  /** Calls with the room whose draft changed. */
  watch(listener: (roomId: string) => void): End {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
