import type {
  ConnectionState,
  Member,
  RoomSummary,
  Rooms,
  Timeline,
  TimelineItem,
  Unit,
} from "../door.ts";
import { adoptList, applyList, diffList } from "../rpc/list-patch.ts";
import type { ListPatch } from "../rpc/list-patch.ts";
import type { Codec, Implementation } from "../rpc/wire.ts";

/**
 * What an engine does for the pages. Almost the door; but a message's key is made by the page that sends
 * it, so that asking again of another engine cannot send it twice.
 */
export type EngineService = {
  readonly calls: {
    readonly loadEarlier: { readonly args: readonly [string, number]; readonly value: void };
    /** Room, key, text. */
    readonly sendText: { readonly args: readonly [string, string, string]; readonly value: void };
    readonly resend: { readonly args: readonly [string, string]; readonly value: void };
    readonly discard: { readonly args: readonly [string, string]; readonly value: void };
    readonly markRead: { readonly args: readonly [string, string]; readonly value: void };
    readonly members: { readonly args: readonly [string]; readonly value: readonly Member[] };
  };
  readonly watches: {
    readonly connection: { readonly args: readonly []; readonly value: ConnectionState };
    readonly rooms: { readonly args: readonly []; readonly value: Rooms };
    readonly timeline: { readonly args: readonly [string]; readonly value: Timeline };
  };
};

/** A running engine: the service itself, and its end. */
export type Engine = Implementation<EngineService> & {
  /** The network may be back: what pauses is tried at once. */
  readonly wake: () => void;
  /** Ends everything; what waits to be sent stays unsent. */
  readonly stop: () => void;
};

const connectionCodec: Codec<ConnectionState, ConnectionState> = {
  encode: (_, after) => after,
  decode: (_, patch) => patch,
  adopt: (_, after) => after,
};

type RoomsPatch = { readonly rooms: ListPatch<RoomSummary>; readonly units: ListPatch<Unit> };
const idOf = (entry: { readonly id: string }) => entry.id;

const roomsCodec: Codec<Rooms, RoomsPatch> = {
  encode: (before, after) => ({
    rooms: diffList(before.rooms, after.rooms),
    units: diffList(before.units, after.units),
  }),
  decode: (before, patch) => ({
    rooms: applyList(before.rooms, patch.rooms, idOf),
    units: applyList(before.units, patch.units, idOf),
  }),
  adopt(before, after) {
    const rooms = adoptList(before.rooms, after.rooms, idOf);
    const units = adoptList(before.units, after.units, idOf);
    return rooms === before.rooms && units === before.units ? before : { rooms, units };
  },
};

type TimelinePatch = {
  readonly items: ListPatch<TimelineItem>;
  readonly rest: Omit<Timeline, "items">;
};
const keyOf = (item: TimelineItem) => item.key;

const timelineCodec: Codec<Timeline, TimelinePatch> = {
  encode(before, { items, ...rest }) {
    return { items: diffList(before.items, items), rest };
  },
  decode: (before, patch) => ({
    ...patch.rest,
    items: applyList(before.items, patch.items, keyOf),
  }),
  // What was unread when the room was opened stays so, whichever engine knows about it.
  adopt: (before, after) => ({
    ...after,
    items: adoptList(before.items, after.items, keyOf),
    readUpTo: before.readUpTo,
  }),
};

/** How the changes of each watch travel. */
export const CODECS = {
  connection: connectionCodec,
  rooms: roomsCodec,
  timeline: timelineCodec,
} as const;
