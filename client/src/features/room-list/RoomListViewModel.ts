import type { AccountEngine, RoomSummary, Rooms } from "../../matrix/door.ts";
import type { Clock } from "../../ports/ports.ts";
import { ViewModelBase } from "../../view-model/view-model.ts";
import { RoomRowViewModel } from "./RoomRowViewModel.ts";
import type { RoomRow } from "./RoomRowViewModel.ts";

export type UnitEntry = { readonly id: string; readonly name: string; readonly unread: number };

export type RoomListSnapshot = {
  /** `empty`: no rooms at all; `empty-unit`: none in the chosen unit. */
  readonly status: "loading" | "ready" | "empty" | "empty-unit";
  /** The latest first. */
  readonly rows: readonly RoomRowViewModel[];
  readonly units: readonly UnitEntry[];
  /** undefined: all rooms. */
  readonly chosenUnit: string | undefined;
  readonly unread: number;
};

export type RoomListOptions = {
  readonly engine: Pick<AccountEngine, "watchRooms">;
  readonly clock: Clock;
  readonly drafts: {
    get(roomId: string): string;
    watch(listener: (roomId: string) => void): () => void;
  };
};

const NOTHING: Rooms = { rooms: [], units: [] };
const DAY = 86_400_000;

/** The rooms a person is in and the units they belong to; one unit at a time can be chosen. */
export class RoomListViewModel extends ViewModelBase<RoomListSnapshot> {
  readonly #options: RoomListOptions;
  readonly #rows = new Map<string, RoomRowViewModel>();
  #known: Rooms | undefined;
  #chosenUnit: string | undefined;
  #endOfDay = () => {};

  constructor(options: RoomListOptions) {
    super({ status: "loading", rows: [], units: [], chosenUnit: undefined, unread: 0 });
    this.#options = options;
    this.endWith(options.engine.watchRooms((rooms) => this.#know(rooms)));
    this.endWith(options.drafts.watch((roomId) => this.#redraw(roomId)));
    this.endWith(() => this.#endOfDay());
    this.#nextDay();
  }

  /** Shows the rooms of one unit; undefined: all. */
  chooseUnit(id: string | undefined): void {
    this.#chosenUnit = id;
    this.#arrange();
  }

  #know(rooms: Rooms): void {
    this.#known = rooms;
    const ids = new Set(rooms.rooms.map(({ id }) => id));
    for (const [id, row] of this.#rows) {
      if (ids.has(id)) continue;
      row.dispose();
      this.#rows.delete(id);
    }
    for (const room of rooms.rooms) this.#show(room);
    if (!rooms.units.some(({ id }) => id === this.#chosenUnit)) this.#chosenUnit = undefined;
    this.#arrange();
  }

  #show(room: RoomSummary): void {
    const row = this.#rowOf(room);
    const known = this.#rows.get(room.id);
    if (known === undefined) this.#rows.set(room.id, new RoomRowViewModel(row));
    else known.show(row);
  }

  #arrange(): void {
    if (this.#known === undefined) return;
    const { rooms, units } = this.#known;
    const chosen = units.find(({ id }) => id === this.#chosenUnit);
    const inside = chosen === undefined ? undefined : new Set(chosen.roomIds);
    const rows = rooms
      .filter(({ id }) => inside === undefined || inside.has(id))
      .toSorted((a, b) => b.activeAt - a.activeAt)
      .flatMap(({ id }) => this.#rows.get(id) ?? []);
    this.replace({
      status: rows.length > 0 ? "ready" : inside === undefined ? "empty" : "empty-unit",
      rows,
      units: units.map(({ id, name, unread }) => ({ id, name, unread })),
      chosenUnit: chosen?.id,
      unread: rooms.reduce((sum, { unread }) => sum + unread, 0),
    });
  }

  #rowOf({ id, last, mentions, name, unread }: RoomSummary): RoomRow {
    const draft = this.#options.drafts.get(id).trim();
    return {
      id,
      name,
      line:
        draft !== ""
          ? { kind: "draft", text: draft }
          : last === undefined
            ? { kind: "none" }
            : { kind: "last", text: last.text, mine: last.mine, senderName: last.senderName },
      at: last?.sentAt,
      today: this.#today,
      unread,
      mentions,
    };
  }

  get #today(): number {
    return this.#options.clock.startOfDay(this.#options.clock.now());
  }

  #redraw(roomId: string): void {
    const room = this.#known?.rooms.find(({ id }) => id === roomId);
    if (room !== undefined) this.#show(room);
  }

  /** At midnight, what was today becomes yesterday. */
  #nextDay(): void {
    const { clock } = this.#options;
    // A day has 23 to 25 hours: an hour into the 26th lies surely in the next one.
    const tomorrow = clock.startOfDay(this.#today + DAY + DAY / 12);
    this.#endOfDay = clock.after(tomorrow - clock.now(), () => {
      for (const room of (this.#known ?? NOTHING).rooms) this.#show(room);
      this.#nextDay();
    });
  }

  override dispose(): void {
    super.dispose();
    for (const row of this.#rows.values()) row.dispose();
  }
}
