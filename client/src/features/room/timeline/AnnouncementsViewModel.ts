import type { TimelineItem } from "../../../matrix/door.ts";
import type { Clock } from "../../../ports/ports.ts";
import { ViewModelBase } from "../../../view-model/view-model.ts";

export type Announcement =
  | {
      readonly kind: "message";
      readonly key: string;
      readonly senderName: string;
      readonly text: string;
    }
  | { readonly kind: "digest"; readonly key: string; readonly count: number };

const WINDOW = 5000;
const MOST_IN_WINDOW = 3;
const KEPT = 5;

/**
 * What a screen reader hears of messages that arrive: each one with its sender first; but where more
 * than three come within five seconds, the rest as one number.
 */
export class AnnouncementsViewModel extends ViewModelBase<readonly Announcement[]> {
  readonly #clock: Clock;
  #spoken = 0;
  #held = 0;
  #digests = 0;
  #endWindow: (() => void) | undefined;

  constructor(clock: Clock) {
    super([]);
    this.#clock = clock;
    this.endWith(() => this.#endWindow?.());
  }

  /** Messages that arrived just now; what is one's own and what happened to the room is not announced. */
  arrived(items: readonly TimelineItem[]): void {
    for (const item of items) {
      if (item.mine || (item.kind !== "text" && item.kind !== "other")) continue;
      this.#endWindow ??= this.#clock.after(WINDOW, () => this.#close());
      if (this.#spoken >= MOST_IN_WINDOW) {
        this.#held += 1;
        continue;
      }
      this.#spoken += 1;
      const text = item.kind === "text" ? item.text : item.fallback;
      this.#say({ kind: "message", key: item.key, senderName: item.senderName, text });
    }
  }

  #close(): void {
    if (this.#held > 0) {
      this.#digests += 1;
      this.#say({ kind: "digest", key: `digest ${this.#digests}`, count: this.#held });
    }
    this.#spoken = 0;
    this.#held = 0;
    this.#endWindow = undefined;
  }

  #say(announcement: Announcement): void {
    this.replace([...this.getSnapshot(), announcement].slice(-KEPT));
  }
}
