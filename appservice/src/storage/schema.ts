import type { Generated, JSONColumnType } from "kysely";

/** A person of a source and the Matrix account that stands for them. */
type AccountTable = {
  readonly source_id: string;
  /** Random, chosen and stored before the account is made. */
  readonly user_id: string;
  /** What was last written to the homeserver for this account; null until it was made. */
  applied: JSONColumnType<Record<string, unknown>> | null;
};

/** A space or room that provisioning made (or is about to make). */
type ManagedRoomTable = {
  /** `space:<unit>` or `room:<unit>:<template>`. */
  readonly key: string;
  room_id: string;
  /** The state events last written, by `type|state key`. */
  applied: JSONColumnType<Record<string, unknown>>;
};

type ManagedMemberTable = {
  readonly key: string;
  readonly user_id: string;
};

type InboxTransactionTable = {
  readonly txn_id: string;
  readonly received_at: Generated<Date>;
};

type InboxEventTable = {
  readonly position: Generated<string>;
  readonly event_id: string;
  readonly room_id: string;
  readonly type: string;
  /** Gone (null) once processed. */
  body: JSONColumnType<Record<string, unknown>> | null;
  processed_at: Date | null;
};

type RunTable = {
  readonly id: string;
  readonly started_at: Date;
  finished_at: Date | null;
  planned: number;
  done: number;
  failures: JSONColumnType<readonly Record<string, unknown>[]>;
};

/** Who lost what, and when: the brake counts it over a day. */
type RemovalTable = {
  readonly user_id: string;
  /** Null: their access as a whole. */
  readonly unit: string | null;
  readonly removed_at: Generated<Date>;
};

/** Every table of the store. */
export type Schema = {
  account: AccountTable;
  managed_room: ManagedRoomTable;
  managed_member: ManagedMemberTable;
  inbox_transaction: InboxTransactionTable;
  inbox_event: InboxEventTable;
  run: RunTable;
  removal: RemovalTable;
};
