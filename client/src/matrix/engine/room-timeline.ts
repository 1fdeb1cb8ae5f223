import { EventTimeline } from "matrix-js-sdk/lib/models/event-timeline.js";
import type { MatrixEvent } from "matrix-js-sdk/lib/models/event.js";
import type { Room } from "matrix-js-sdk/lib/models/room.js";
import type { TextMessage, Timeline, TimelineItem } from "../door.ts";
import { timelineItem } from "../mapping/timeline-item.ts";
import type { RawEvent } from "../mapping/raw-event.ts";
import type { Echo, Outbox } from "./outbox.ts";
import { rawEvent, versionOf } from "./sdk-room.ts";

type Row = { readonly version: string; readonly item: TimelineItem | undefined };

/** How the person is called towards others, for the echo. */
export type Me = { readonly userId: string; readonly displayName: string };

/**
 * One open room: turns the SDK's live timeline and what is on its way into the door's timeline. Rows that
 * did not change keep their identity.
 */
export class RoomTimeline {
  readonly #room: Room;
  readonly #outbox: Outbox;
  readonly #me: Me;
  /** The event up to which everything had been read when the room was opened. */
  readonly #readAtOpen: string | undefined;
  #rows = new Map<string, Row>();
  #echoRows = new Map<string, { readonly echo: Echo; readonly item: TextMessage }>();
  #last: Timeline | undefined;
  loadingEarlier = false;

  constructor(room: Room, outbox: Outbox, me: Me) {
    this.#room = room;
    this.#outbox = outbox;
    this.#me = me;
    const read = room.getEventReadUpTo(me.userId) ?? undefined;
    const events = room.getLiveTimeline().getEvents();
    const at = events.findIndex((event) => event.getId() === read);
    const unread = events.slice(at + 1).some((event) => {
      const item = this.#itemOf(event);
      return item !== undefined && item.kind !== "change" && !item.mine;
    });
    this.#readAtOpen = unread ? read : undefined;
  }

  /** The timeline as it is now; the same object as before if nothing changed. */
  snapshot(): Timeline {
    const live = this.#room.getLiveTimeline();
    const events = live.getEvents();
    const seen = new Map<string, Row>();
    const items: TimelineItem[] = [];
    let readUpTo: string | undefined;
    for (const event of events) {
      const item = this.#itemOf(event);
      const eventId = event.getId() ?? "";
      const row = this.#rows.get(eventId);
      if (row !== undefined) seen.set(eventId, row);
      if (item !== undefined) items.push(item);
      if (eventId === this.#readAtOpen) readUpTo = items.at(-1)?.key;
    }
    // What left the timeline with a gap is not kept.
    this.#rows = seen;
    const keys = new Set(items.map((item) => item.key));
    const echoes = this.#outbox
      .echoes(this.#room.roomId)
      .filter((echo) => !keys.has(echo.key))
      .map((echo) => this.#echoItem(echo));
    const before = this.#last;
    const all = [...items, ...echoes];
    const same =
      before !== undefined &&
      before.items.length === all.length &&
      all.every((item, index) => item === before.items[index]);
    const next: Timeline = {
      roomId: this.#room.roomId,
      items: same ? before.items : all,
      canLoadEarlier: live.getPaginationToken(EventTimeline.BACKWARDS) !== null,
      loadingEarlier: this.loadingEarlier,
      readUpTo,
    };
    if (
      same &&
      before.canLoadEarlier === next.canLoadEarlier &&
      before.loadingEarlier === next.loadingEarlier &&
      before.readUpTo === next.readUpTo
    ) {
      return before;
    }
    this.#last = next;
    return next;
  }

  #itemOf(event: MatrixEvent): TimelineItem | undefined {
    const eventId = event.getId() ?? "";
    const version = versionOf(event);
    const known = this.#rows.get(eventId);
    if (known?.version === version) return known.item;
    const raw = rawEvent(this.#room, event, this.#me.userId);
    const item =
      raw === undefined ? undefined : timelineItem(raw, this.#keyOf(raw), this.#me.userId);
    this.#rows.set(eventId, { version, item });
    return item;
  }

  /** From the local echo on the same: our own request's id where the server or we ourselves know it. */
  #keyOf(raw: RawEvent): string {
    return raw.transactionId ?? this.#outbox.keyOf(raw.eventId) ?? raw.eventId;
  }

  #echoItem(echo: Echo): TextMessage {
    const known = this.#echoRows.get(echo.key);
    if (known?.echo === echo) return known.item;
    const item: TextMessage = {
      kind: "text",
      key: echo.key,
      eventId: echo.eventId,
      senderId: this.#me.userId,
      senderName: this.#me.displayName,
      sentAt: echo.queuedAt,
      mine: true,
      text: echo.text,
      emote: false,
      state: echo.state,
    };
    this.#echoRows.set(echo.key, { echo, item });
    return item;
  }
}
