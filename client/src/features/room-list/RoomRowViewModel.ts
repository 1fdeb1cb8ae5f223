import { ViewModelBase } from "../../view-model/view-model.ts";

export type RoomRow = {
  readonly id: string;
  readonly name: string;
  readonly line:
    | { readonly kind: "draft"; readonly text: string }
    | {
        readonly kind: "last";
        readonly text: string;
        readonly mine: boolean;
        readonly senderName: string;
      }
    | { readonly kind: "none" };
  /** When the last message was sent; undefined where there is none. */
  readonly at: number | undefined;
  /** The first millisecond of today, to tell times of today from days. */
  readonly today: number;
  readonly unread: number;
  readonly mentions: number;
};

/** One room in the list: what changes in it draws this row alone. */
export class RoomRowViewModel extends ViewModelBase<RoomRow> {
  readonly id: string;

  constructor(row: RoomRow) {
    super(row);
    this.id = row.id;
  }

  show(row: RoomRow): void {
    this.replace(row);
  }
}
