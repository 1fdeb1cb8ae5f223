import type { MatrixClient } from "matrix-js-sdk/lib/client.js";
import type { Timeline, Unwatch } from "../door.ts";
import type { Watched } from "../watched.ts";
import { watched } from "../watched.ts";
import type { Outbox } from "./outbox.ts";
import { RoomTimeline } from "./room-timeline.ts";
import type { Me } from "./room-timeline.ts";
import { kindOf } from "./sdk-room.ts";

type OpenRoom = { readonly value: Watched<Timeline>; timeline: RoomTimeline | undefined };

/** The timelines that somebody watches; of all other rooms none is built. */
export class OpenRooms {
  readonly #client: MatrixClient;
  readonly #outbox: Outbox;
  readonly #me: Me;
  readonly #open = new Map<string, OpenRoom>();

  constructor(client: MatrixClient, outbox: Outbox, me: Me) {
    this.#client = client;
    this.#outbox = outbox;
    this.#me = me;
  }

  /** Tells nothing as long as the room is not known; from then on the timeline and each change. */
  watch(roomId: string, listener: (timeline: Timeline) => void): Unwatch {
    const open: OpenRoom = this.#open.get(roomId) ?? { value: watched(), timeline: undefined };
    this.#open.set(roomId, open);
    this.update(roomId);
    const unwatch = open.value.watch(listener);
    return () => {
      unwatch();
      if (open.value.watchers() === 0 && this.#open.get(roomId) === open) this.#open.delete(roomId);
    };
  }

  update(roomId: string): void {
    const open = this.#open.get(roomId);
    if (open === undefined) return;
    const room = this.#client.getRoom(roomId);
    if (room === null || kindOf(room) === "elsewhere") return;
    open.timeline ??= new RoomTimeline(room, this.#outbox, this.#me);
    open.value.set(open.timeline.snapshot());
  }

  get(roomId: string): RoomTimeline | undefined {
    return this.#open.get(roomId)?.timeline;
  }
}
