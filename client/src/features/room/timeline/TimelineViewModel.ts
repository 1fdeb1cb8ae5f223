import type { AccountEngine, Timeline, TimelineItem } from "../../../matrix/door.ts";
import type { Attention, Clock } from "../../../ports/ports.ts";
import { ViewModelBase } from "../../../view-model/view-model.ts";
import { AnnouncementsViewModel } from "./AnnouncementsViewModel.ts";
import { firstNewOf, rowsOf } from "./rows.ts";
import { RowViewModel } from "./RowViewModel.ts";

export type TimelineSnapshot = {
  readonly status: "loading" | "ready" | "empty";
  /** Oldest first. */
  readonly rows: readonly RowViewModel[];
  readonly canLoadEarlier: boolean;
  readonly loadingEarlier: boolean;
  readonly earlierFailed: boolean;
  /** Messages of others that came while the newest was out of sight. */
  readonly newBelow: number;
};

export type TimelineOptions = {
  readonly engine: Pick<
    AccountEngine,
    "watchTimeline" | "loadEarlier" | "resend" | "discard" | "markRead"
  >;
  readonly roomId: string;
  readonly clock: Clock;
  readonly attention: Attention;
};

/** How many messages are loaded at a time. */
const PAGE = 50;

/** The conversation of one room, and what of it has been seen. */
export class TimelineViewModel extends ViewModelBase<TimelineSnapshot> {
  readonly announcements: AnnouncementsViewModel;
  readonly #options: TimelineOptions;
  readonly #rows = new Map<string, RowViewModel>();
  #order: readonly RowViewModel[] = [];
  #items: readonly TimelineItem[] = [];
  #firstNew: string | undefined;
  #readUpTo: string | undefined;
  #newestVisible = false;
  /** The newest message when it went out of sight. */
  #seenUntil: string | undefined;
  #unread = false;
  #marked: string | undefined;
  #loading = false;
  #asked = false;
  #failed = false;

  constructor(options: TimelineOptions) {
    super({
      status: "loading",
      rows: [],
      canLoadEarlier: false,
      loadingEarlier: false,
      earlierFailed: false,
      newBelow: 0,
    });
    this.#options = options;
    this.announcements = new AnnouncementsViewModel(options.clock);
    this.endWith(() => this.announcements.dispose());
    this.endWith(options.attention.watch(() => this.#markRead()));
    this.endWith(options.engine.watchTimeline(options.roomId, (timeline) => this.#know(timeline)));
  }

  /** Whether the newest message is on the screen, as the view measures it. */
  setNewestVisible(visible: boolean): void {
    if (visible === this.#newestVisible) return;
    this.#newestVisible = visible;
    this.#seenUntil = visible ? undefined : this.#items.at(-1)?.key;
    this.#tell();
    this.#markRead();
  }

  /** Whether the server counts something here as unread. */
  setUnread(unread: boolean): void {
    this.#unread = unread;
    this.#markRead();
  }

  /** Loads older messages; does nothing while it is at it, or where there are none. */
  async loadEarlier(): Promise<void> {
    if (this.#loading || !this.getSnapshot().canLoadEarlier) return;
    await this.#load();
  }

  async resend(key: string): Promise<void> {
    await this.#options.engine.resend(this.#options.roomId, key);
  }

  async discard(key: string): Promise<void> {
    await this.#options.engine.discard(this.#options.roomId, key);
  }

  #know(timeline: Timeline): void {
    const before = this.#items;
    this.#items = timeline.items;
    if (this.#readUpTo === undefined) this.#readUpTo = timeline.readUpTo;
    this.#firstNew ??= firstNewOf(timeline.items, this.#readUpTo);
    this.#arrange();
    this.#tell(timeline);
    this.announcements.arrived(arrivedAfter(before, timeline.items));
    this.#markRead();
    // A first page may hold nothing that is shown: look further back once more.
    if (timeline.items.length === 0 && timeline.canLoadEarlier && !this.#asked) {
      this.#asked = true;
      void this.#load();
    }
  }

  #arrange(): void {
    const { clock } = this.#options;
    const rows = rowsOf(this.#items, {
      firstNew: this.#firstNew,
      startOfDay: (at) => clock.startOfDay(at),
      today: clock.startOfDay(clock.now()),
    });
    const keys = new Set(rows.map(({ key }) => key));
    for (const [key, row] of this.#rows) {
      if (keys.has(key)) continue;
      row.dispose();
      this.#rows.delete(key);
    }
    for (const row of rows) {
      const known = this.#rows.get(row.key);
      if (known === undefined) this.#rows.set(row.key, new RowViewModel(row));
      else known.show(row);
    }
    this.#order = rows.flatMap(({ key }) => this.#rows.get(key) ?? []);
  }
  #tell(timeline?: Timeline): void {
    const snapshot = this.getSnapshot();
    const canLoadEarlier = timeline?.canLoadEarlier ?? snapshot.canLoadEarlier;
    const loadingEarlier = this.#loading || (timeline?.loadingEarlier ?? false);
    const expected = canLoadEarlier && !this.#failed;
    const known = timeline !== undefined || snapshot.status !== "loading";
    this.replace({
      status: this.#items.length > 0 ? "ready" : known && !expected ? "empty" : "loading",
      rows: this.#order,
      canLoadEarlier,
      loadingEarlier,
      earlierFailed: this.#failed,
      newBelow: this.#countBelow(),
    });
  }

  #countBelow(): number {
    if (this.#newestVisible || this.#seenUntil === undefined) return 0;
    const seen = this.#items.findIndex(({ key }) => key === this.#seenUntil);
    if (seen === -1) return 0;
    return this.#items.slice(seen + 1).filter(({ kind, mine }) => kind !== "change" && !mine)
      .length;
  }

  async #load(): Promise<void> {
    this.#loading = true;
    this.#failed = false;
    this.#tell();
    const result = await this.#options.engine.loadEarlier(this.#options.roomId, PAGE);
    this.#loading = false;
    this.#failed = !result.ok;
    this.#tell();
  }

  /** Marks all as read once the newest is on the screen and somebody is looking. */
  #markRead(): void {
    if (!this.#unread || !this.#newestVisible || !this.#options.attention.isLooking()) return;
    const newest = this.#items.findLast(({ eventId }) => eventId !== undefined)?.eventId;
    if (newest === undefined || newest === this.#marked) return;
    this.#marked = newest;
    void this.#options.engine.markRead(this.#options.roomId, newest).then((result) => {
      // Whatever moves next tries again.
      if (!result.ok && this.#marked === newest) this.#marked = undefined;
    });
  }

  override dispose(): void {
    super.dispose();
    for (const row of this.#rows.values()) row.dispose();
  }
}

/** What stands after the newest that was known; nothing where nothing was known yet. */
function arrivedAfter(
  before: readonly TimelineItem[],
  now: readonly TimelineItem[],
): readonly TimelineItem[] {
  const known = new Set(before.map(({ key }) => key));
  const last = now.findLastIndex(({ key }) => known.has(key));
  return last === -1 ? [] : now.slice(last + 1);
}
