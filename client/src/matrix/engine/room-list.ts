import type { MatrixClient } from "matrix-js-sdk/lib/client.js";
import type { Room } from "matrix-js-sdk/lib/models/room.js";
import type { Protection } from "@klaaf/protocol";
import type { RoomSummary, Rooms } from "../door.ts";
import { newestOf, roomSummary, saidProtection } from "../mapping/room-summary.ts";
import { unitsOf } from "../mapping/units.ts";
import { adoptList, sameContent } from "../rpc/list-patch.ts";
import { factsOf, kindOf, rawEvent, spaceFactsOf, stateOf } from "./sdk-room.ts";

const idOf = (entry: { readonly id: string }) => entry.id;

/** The list of rooms and units: only rooms in which something happened are read again. */
export class RoomList {
  readonly #client: MatrixClient;
  readonly #me: string;
  readonly #summaries = new Map<string, RoomSummary>();
  readonly #protectionSeen = new Map<string, Protection>();
  #rooms: Rooms = { rooms: [], units: [] };

  constructor(client: MatrixClient, me: string) {
    this.#client = client;
    this.#me = me;
  }

  /** @returns the list after these rooms changed; the same object as before if it says the same */
  update(changed: Iterable<string>): Rooms {
    for (const roomId of changed) this.#read(roomId);
    const sorted = [...this.#summaries.values()].toSorted(
      (a, b) => b.activeAt - a.activeAt || a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1),
    );
    const rooms = adoptList(this.#rooms.rooms, sorted, idOf);
    const spaces = this.#client.getRooms().filter((room) => kindOf(room) === "space");
    const units = adoptList(
      this.#rooms.units,
      unitsOf(spaces.map(spaceFactsOf), this.#summaries),
      idOf,
    );
    if (rooms !== this.#rooms.rooms || units !== this.#rooms.units) this.#rooms = { rooms, units };
    return this.#rooms;
  }

  summary(roomId: string): RoomSummary | undefined {
    return this.#summaries.get(roomId);
  }

  #read(roomId: string): void {
    const room = this.#client.getRoom(roomId);
    if (room === null || kindOf(room) !== "room") {
      this.#summaries.delete(roomId);
      return;
    }
    const seen = this.#protectionSeen.get(roomId);
    const next = roomSummary(factsOf(room), this.#me, this.#newest(room), seen);
    if (saidProtection(stateOf(room), this.#me) !== undefined) {
      this.#protectionSeen.set(roomId, next.protection);
    }
    const before = this.#summaries.get(roomId);
    if (before === undefined || !sameContent(before, next)) this.#summaries.set(roomId, next);
  }

  #newest(room: Room): ReturnType<typeof newestOf> {
    const events = room.getLiveTimeline().getEvents();
    // Almost always the last few decide; only rooms full of state changes are read to their beginning.
    for (let count = 5; ; count *= 4) {
      const raw = events
        .slice(-count)
        .map((event) => rawEvent(room, event, this.#me))
        .filter((event) => event !== undefined);
      const newest = newestOf(raw, this.#me);
      if (newest.last !== undefined) return newest;
      if (count >= events.length) {
        // After a gap of state changes alone, what was said before is still the last word; unless
        // something was removed, which may be just that.
        const before = this.#summaries.get(room.roomId);
        const removed = raw.some((event) => event.redacted || event.type === "m.room.redaction");
        return before?.last === undefined || removed
          ? newest
          : { last: before.last, activeAt: before.activeAt };
      }
    }
  }
}
