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
  /** Of what was in it: the number alone says nothing once a homeserver came back from a backup. */
  readonly digest: Generated<string>;
  readonly received_at: Generated<Date>;
};

/** An event for one subscriber; it waits while it is neither processed nor quarantined. */
type InboxEventTable = {
  readonly position: Generated<string>;
  readonly event_id: string;
  readonly subscriber: string;
  readonly room_id: string;
  readonly type: string;
  /** What the subscriber keeps of the event. Gone (null) once processed or quarantined. */
  body: JSONColumnType<Record<string, unknown>> | null;
  readonly received_at: Generated<Date>;
  /** How often its handling was begun. */
  attempts: Generated<number>;
  /** Not tried before; null: at once. */
  next_at: Date | null;
  processed_at: Date | null;
  quarantined_at: Date | null;
  /** Why it is in quarantine; says nothing of its content. */
  reason: string | null;
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

/** Which copy of the appservice does a piece of work that only one may do at a time. */
type LeaseTable = {
  readonly name: string;
  /** The process, a new id at each start. */
  holder: string;
  /** Its name that stays from start to start. */
  instance: string;
  until: Date;
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
  lease: LeaseTable;
};
