import { ViewModelBase } from "../../../view-model/view-model.ts";
import type { TimelineRow } from "./rows.ts";

/** One row of the conversation: what changes in it draws this row alone. */
export class RowViewModel extends ViewModelBase<TimelineRow> {
  readonly key: string;

  constructor(row: TimelineRow) {
    super(row);
    this.key = row.key;
  }

  show(row: TimelineRow): void {
    this.replace(row);
  }
}
