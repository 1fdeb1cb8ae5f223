import type {
  Account,
  Failure,
  Member,
  Result,
  RoomSummary,
  SendState,
  TextMessage,
  Timeline,
  TimelineItem,
  Unwatch,
} from "./door.ts";
import type { FakeRoomSeed } from "./fake.ts";
import { watched } from "./watched.ts";

/** One room as one account sees it: what is known of its timeline, what is earlier, what waits. */
export class FakeRoom {
  readonly members: readonly Member[];
  read: string | undefined;
  readonly #account: Account;
  readonly #timeline = watched<Timeline>();
  readonly #protection: RoomSummary["protection"];
  #items: readonly TimelineItem[];
  #earlier: readonly TimelineItem[];
  #openedAt: string | undefined;
  #events = 0;
  #unread: number;
  #about: Pick<RoomSummary, "name" | "topic" | "canWrite">;
  readonly #id: string;
  readonly #createdAt: number;

  constructor(seed: FakeRoomSeed, account: Account, now: () => number) {
    this.#id = seed.id;
    this.#account = account;
    this.#createdAt = now();
    this.#about = { name: seed.name, topic: seed.topic ?? "", canWrite: seed.canWrite ?? true };
    this.#protection = seed.protection ?? "intern";
    this.members = seed.members ?? [{ userId: account.userId, name: account.displayName }];
    const items = (seed.messages ?? []).map(({ sender, text, sentAt }) =>
      this.#textOf(sender, text, sentAt ?? now()),
    );
    const known = seed.known ?? items.length;
    this.#earlier = items.slice(0, items.length - known);
    this.#items = items.slice(items.length - known);
    this.#unread = seed.unread ?? 0;
    this.read = items.at(-1 - this.#unread)?.eventId;
    this.#tell({});
  }

  get canWrite(): boolean {
    return this.#about.canWrite;
  }

  summary(): RoomSummary {
    const last = this.#items.findLast((item) => item.kind === "text");
    return {
      id: this.#id,
      ...this.#about,
      members: this.members.length,
      protection: this.#protection,
      last:
        last === undefined
          ? undefined
          : {
              senderId: last.senderId,
              senderName: last.senderName,
              text: last.text,
              sentAt: last.sentAt,
              mine: last.mine,
            },
      activeAt: this.#items.at(-1)?.sentAt ?? this.#createdAt,
      unread: this.#unread,
      mentions: 0,
    };
  }

  watch(listener: (timeline: Timeline) => void): Unwatch {
    if (this.#timeline.watchers() === 0) {
      this.#openedAt = this.#unread > 0 ? this.read : undefined;
      this.#tell({});
    }
    return this.#timeline.watch(listener);
  }

  loadEarlier(count: number, failure: Failure | undefined): Result<void> {
    this.#tell({ loadingEarlier: true });
    if (failure === undefined) {
      const from = Math.max(0, this.#earlier.length - count);
      this.#items = [...this.#earlier.slice(from), ...this.#items];
      this.#earlier = this.#earlier.slice(0, from);
    }
    this.#tell({ loadingEarlier: false });
    return failure === undefined ? { ok: true, value: undefined } : { ok: false, failure };
  }

  receive(sender: Member, text: string, sentAt: number): string {
    const item = this.#textOf(sender, text, sentAt);
    this.receiveItem(item);
    return item.key;
  }

  receiveItem(item: TimelineItem): void {
    // Like a real timeline: what waits stands behind what arrived.
    const waiting = this.#items.filter((one) => one.eventId === undefined);
    const arrived = this.#items.filter((one) => one.eventId !== undefined);
    this.#items = [...arrived, item, ...waiting];
    if (item.mine) this.#unread = 0;
    else this.#unread += 1;
    this.#tell({});
  }

  redact(eventId: string): void {
    this.#items = this.#items.map(({ ...item }) => {
      if (item.eventId !== eventId) return item;
      const { key, senderId, senderName, sentAt, mine } = item;
      return { kind: "removed", key, eventId, senderId, senderName, sentAt, mine };
    });
    this.#tell({});
  }

  change(change: Partial<Pick<RoomSummary, "name" | "topic" | "canWrite">>): void {
    this.#about = { ...this.#about, ...change };
  }

  markRead(eventId: string): void {
    const at = this.#items.findIndex((item) => item.eventId === eventId);
    if (at < 0) return;
    this.read = eventId;
    this.#unread = this.#items.slice(at + 1).filter((item) => !item.mine).length;
  }

  echo(text: string, sentAt: number): void {
    this.#events += 1;
    const { userId, displayName } = this.#account;
    this.#items = [
      ...this.#items,
      {
        kind: "text",
        key: `${this.#id}-txn${this.#events}`,
        eventId: undefined,
        senderId: userId,
        senderName: displayName,
        sentAt,
        mine: true,
        text,
        emote: false,
        state: { kind: "waiting" },
      },
    ];
    this.#tell({});
  }

  /** Gives everything that waits its fate. */
  settle(state: SendState): void {
    this.#replace(
      (item) => item.state.kind === "waiting",
      (item) => ({
        ...item,
        eventId: state.kind === "sent" ? `$sent-${item.key}` : undefined,
        state,
      }),
    );
  }

  retry(key: string): boolean {
    return this.#replace(
      (item) => item.key === key && item.state.kind === "failed",
      (item) => ({ ...item, state: { kind: "waiting" } }),
    );
  }

  discard(key: string): boolean {
    const left = this.#items.filter(
      (item) => !(item.kind === "text" && item.key === key && item.state.kind === "failed"),
    );
    const found = left.length < this.#items.length;
    this.#items = left;
    this.#tell({});
    return found;
  }

  #replace(which: (item: TextMessage) => boolean, by: (item: TextMessage) => TextMessage): boolean {
    let found = false;
    this.#items = this.#items.map((item) => {
      if (item.kind !== "text" || !which(item)) return item;
      found = true;
      return by(item);
    });
    if (found) this.#tell({});
    return found;
  }

  #textOf(sender: Member, text: string, sentAt: number): TextMessage {
    this.#events += 1;
    const eventId = `$${this.#id}-${this.#events}`;
    return {
      kind: "text",
      key: eventId,
      eventId,
      senderId: sender.userId,
      senderName: sender.name,
      sentAt,
      mine: sender.userId === this.#account.userId,
      text,
      emote: false,
      state: { kind: "sent" },
    };
  }

  #tell(change: { readonly loadingEarlier?: boolean }): void {
    this.#timeline.set({
      roomId: this.#id,
      items: this.#items,
      canLoadEarlier: this.#earlier.length > 0,
      loadingEarlier: change.loadingEarlier ?? false,
      readUpTo: this.#openedAt,
    });
  }
}
