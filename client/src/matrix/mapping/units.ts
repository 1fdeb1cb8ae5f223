import type { RoomSummary, Unit } from "../door.ts";
import { isRecord } from "../failure.ts";
import { label, stringIn } from "./content.ts";

/** One `m.space.child` event of a space. */
export type SpaceChild = {
  readonly roomId: string;
  readonly content: unknown;
  readonly sentAt: number;
};

export type SpaceFacts = {
  readonly id: string;
  readonly name: string;
  readonly children: readonly SpaceChild[];
};

const byName = new Intl.Collator("de", { numeric: true });

/**
 * The units a person belongs to, with those of their rooms that the person is in.
 *
 * @param rooms everything the person is in
 */
export function unitsOf(
  spaces: readonly SpaceFacts[],
  rooms: ReadonlyMap<string, RoomSummary>,
): readonly Unit[] {
  return spaces
    .map((space): Unit => {
      const inside = orderedChildren(space.children)
        .map((roomId) => rooms.get(roomId))
        .filter((room) => room !== undefined);
      return {
        id: space.id,
        name: label(space.name),
        roomIds: inside.map((room) => room.id),
        unread: inside.reduce((sum, room) => sum + room.unread, 0),
        mentions: inside.reduce((sum, room) => sum + room.mentions, 0),
      };
    })
    .toSorted((a, b) => byName.compare(a.name, b.name) || (a.id < b.id ? -1 : 1));
}

/**
 * The children of a space in its order. Source: client-server API, "Ordering of children within a
 * space": by `order` (those without one last), then by age, then by room id; a child without `via` is none.
 */
function orderedChildren(children: readonly SpaceChild[]): readonly string[] {
  return children
    .filter(({ content }) => isRecord(content) && Array.isArray(content["via"]))
    .map(({ roomId, content, sentAt }) => ({ roomId, sentAt, order: orderIn(content) }))
    .toSorted(
      (a, b) =>
        compare(a.order ?? "\u{7f}", b.order ?? "\u{7f}") ||
        a.sentAt - b.sentAt ||
        compare(a.roomId, b.roomId),
    )
    .map(({ roomId }) => roomId);
}

/** At most 50 characters between space and tilde; anything else counts as no order. */
function orderIn(content: unknown): string | undefined {
  const order = stringIn(content, "order");
  return order !== undefined && /^[ -~]{1,50}$/.test(order) ? order : undefined;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
