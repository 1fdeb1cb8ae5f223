import type { AccountEngine, Rooms } from "../../matrix/door.ts";
import type { Attention, Clock } from "../../ports/ports.ts";
import { ViewModelBase } from "../../view-model/view-model.ts";
import { ComposerViewModel } from "./composer/ComposerViewModel.ts";
import type { Drafts } from "./composer/drafts.ts";
import { TimelineViewModel } from "./timeline/TimelineViewModel.ts";

export type RoomSnapshot = {
  readonly status: "loading" | "ready" | "missing";
  readonly id: string;
  readonly name: string;
  readonly topic: string;
  readonly members: number;
  readonly protection: "offen" | "intern" | "vertraulich";
};

export type RoomOptions = {
  readonly engine: AccountEngine;
  readonly roomId: string;
  readonly clock: Clock;
  readonly attention: Attention;
  readonly drafts: Drafts;
};

/** One open room: its head, its conversation, and the line to write in. */
export class RoomViewModel extends ViewModelBase<RoomSnapshot> {
  readonly timeline: TimelineViewModel;
  readonly composer: ComposerViewModel;
  readonly #roomId: string;

  constructor(options: RoomOptions) {
    super({
      status: "loading",
      id: options.roomId,
      name: "",
      topic: "",
      members: 0,
      // Unknown counts as the strictest.
      protection: "vertraulich",
    });
    this.#roomId = options.roomId;
    this.timeline = new TimelineViewModel(options);
    this.composer = new ComposerViewModel(options);
    this.endWith(() => this.timeline.dispose());
    this.endWith(() => this.composer.dispose());
    this.endWith(options.engine.watchRooms((rooms) => this.#know(rooms)));
  }

  #know({ rooms }: Rooms): void {
    const room = rooms.find(({ id }) => id === this.#roomId);
    if (room === undefined) {
      this.replace({ ...this.getSnapshot(), status: "missing" });
      return;
    }
    const { id, members, name, protection, topic } = room;
    this.replace({ status: "ready", id, name, topic, members, protection });
    this.composer.setCanWrite(room.canWrite);
    this.timeline.setUnread(room.unread > 0 || room.mentions > 0);
  }
}
