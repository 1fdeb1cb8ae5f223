import type { SendState, StateChange, TimelineItem } from "../../../matrix/door.ts";

export type MessageBody =
  | { readonly kind: "text"; readonly text: string; readonly emote: boolean }
  | { readonly kind: "other"; readonly fallback: string }
  | { readonly kind: "removed" };

export type MessageRow = {
  readonly kind: "message";
  readonly key: string;
  readonly senderId: string;
  readonly senderName: string;
  readonly mine: boolean;
  readonly sentAt: number;
  readonly body: MessageBody;
  readonly state: SendState;
  /** Whether it begins or ends a group of one person's messages. */
  readonly first: boolean;
  readonly last: boolean;
};

type Change = StateChange["change"];

export type ChangeRow = {
  readonly kind: "change";
  readonly key: string;
  /** What happened to people, told together; or what happened to the room. */
  readonly change:
    | { readonly what: "joined" | "left" | "removed" | "invited"; readonly who: readonly string[] }
    | Extract<Change, { readonly what: "renamed" | "topic" | "created" }>;
};

export type TimelineRow =
  | { readonly kind: "day"; readonly key: string; readonly at: number; readonly today: number }
  | { readonly kind: "new"; readonly key: string; readonly since: number; readonly today: number }
  | MessageRow
  | ChangeRow;

/** Messages of one person no further apart than this stand together. */
const GROUP = 5 * 60_000;
const SENT: SendState = { kind: "sent" };

export type RowsOptions = {
  /** The key of the first new item: the line stands above it. */
  readonly firstNew: string | undefined;
  readonly startOfDay: (at: number) => number;
  readonly today: number;
};

/**
 * Arranges a timeline's items, oldest first, into the rows of a conversation. It begins with its first
 * message: who came in before anybody said anything is shown only where nothing was said at all.
 */
export function rowsOf(items: readonly TimelineItem[], options: RowsOptions): TimelineRow[] {
  const { firstNew, startOfDay, today } = options;
  const rows: TimelineRow[] = [];
  const firstMessage = items.findIndex(({ kind }) => kind !== "change");
  let day: number | undefined;
  for (const item of items.slice(Math.max(0, firstMessage))) {
    const itsDay = startOfDay(item.sentAt);
    if (itsDay !== day) {
      day = itsDay;
      rows.push({ kind: "day", key: `day ${itsDay}`, at: item.sentAt, today });
    }
    if (item.key === firstNew) {
      rows.push({ kind: "new", key: "new", since: item.sentAt, today });
    }
    const before = rows.at(-1);
    if (item.kind === "change") {
      const joined = before?.kind === "change" ? together(before, item.change) : undefined;
      if (joined === undefined) {
        rows.push({ kind: "change", key: item.key, change: alone(item.change) });
      } else {
        rows[rows.length - 1] = joined;
      }
      continue;
    }
    const continues =
      before?.kind === "message" &&
      before.senderId === item.senderId &&
      item.sentAt - before.sentAt < GROUP;
    if (continues) rows[rows.length - 1] = { ...before, last: false };
    rows.push({
      kind: "message",
      key: item.key,
      senderId: item.senderId,
      senderName: item.senderName,
      mine: item.mine,
      sentAt: item.sentAt,
      body: bodyOf(item),
      state: item.kind === "text" ? item.state : SENT,
      first: !continues,
      last: true,
    });
  }
  return rows;
}

function bodyOf(item: Exclude<TimelineItem, StateChange>): MessageBody {
  switch (item.kind) {
    case "text":
      return { kind: "text", text: item.text, emote: item.emote };
    case "other":
      return { kind: "other", fallback: item.fallback };
    case "removed":
      return { kind: "removed" };
  }
}

function alone(change: Change): ChangeRow["change"] {
  return "who" in change ? { what: change.what, who: [change.who] } : change;
}

/** One row for both, where the same happened to one more person. */
function together(row: ChangeRow, change: Change): ChangeRow | undefined {
  if (!("who" in row.change) || !("who" in change) || row.change.what !== change.what) {
    return undefined;
  }
  const { what, who } = row.change;
  return { ...row, change: { what, who: who.includes(change.who) ? who : [...who, change.who] } };
}

/**
 * The first item that is new to the person: the first message of somebody else after what had been
 * read; undefined where there is none, or where what had been read is not loaded.
 *
 * @param readUpTo event id of the last item that had been read
 */
export function firstNewOf(
  items: readonly TimelineItem[],
  readUpTo: string | undefined,
): string | undefined {
  if (readUpTo === undefined) return undefined;
  const read = items.findIndex(({ eventId, key }) => eventId === readUpTo || key === readUpTo);
  if (read === -1) return undefined;
  return items.slice(read + 1).find(({ kind, mine }) => kind !== "change" && !mine)?.key;
}
