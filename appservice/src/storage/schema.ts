import type { ColumnType, Generated, JSONColumnType } from "kysely";

/** A column that the database fills where an insert leaves it out. */
type Defaulted<T> =
  T extends ColumnType<infer S, infer I, infer U> ? ColumnType<S, I | undefined, U> : never;

/** A person of a source and the Matrix account that stands for them. */
type AccountTable = {
  readonly source_id: string;
  /** Random, chosen and stored before the account is made. */
  readonly user_id: string;
  /** What was last written to the homeserver for this account; null until it was made. */
  applied: JSONColumnType<Record<string, unknown>> | null;
  /** Since when their access is refused; null: it is not. */
  locked_at: Date | null;
};

/** An account that was erased; its Matrix ID is never given again. */
type FormerAccountTable = {
  readonly user_id: string;
  readonly source_id: string;
  readonly erased_at: Date;
};

/** A space or room that provisioning made (or is about to make). */
type ManagedRoomTable = {
  /** `space:<unit>` or `room:<unit>:<template>`. */
  readonly key: string;
  room_id: string;
  /** The state events last written, by `type|state key`. */
  applied: JSONColumnType<Record<string, unknown>>;
  /** Which of them somebody else wrote; then `applied` holds what they wrote. */
  heard: Defaulted<JSONColumnType<readonly string[]>>;
};

type ManagedMemberTable = {
  readonly key: string;
  readonly user_id: string;
  /** Whether they came in without us. */
  heard: Generated<boolean>;
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

/** One going over the plan, whoever or whatever started it. */
type RunTable = {
  readonly id: string;
  readonly trigger: string;
  readonly actor: JSONColumnType<Record<string, unknown>>;
  plan_hash: string | null;
  readonly undo_of: string | null;
  undone_by: string | null;
  /** `running`, `done`, `failed`, `left` (something newer took over), `refused`. */
  state: string;
  readonly started_at: Date;
  finished_at: Date | null;
  planned: Generated<number>;
  done: Generated<number>;
  held: Generated<number>;
  failures: Defaulted<JSONColumnType<readonly Record<string, unknown>[]>>;
  problems: Defaulted<JSONColumnType<readonly Record<string, unknown>[]>>;
};

/** What a run changed, as the change that takes it back. */
type RunStepTable = {
  readonly run_id: string;
  readonly nth: Generated<string>;
  readonly undo: JSONColumnType<Record<string, unknown>>;
};

type PlanTable = {
  readonly hash: string;
  made_at: Date;
  readonly summary: JSONColumnType<Record<string, unknown>>;
  readonly lines: JSONColumnType<readonly Record<string, unknown>[]>;
};

type ApprovalTable = {
  readonly plan_hash: string;
  /** Source id. */
  readonly person: string;
  /** `approve` or `break-glass`. */
  readonly kind: string;
  readonly reason: string;
  readonly at: Date;
};

/** What is known of a source: its last answer, and whether people have confirmed it. */
type SourceStateTable = {
  readonly id: string;
  name: string | null;
  /** Of the last answer that could be used. */
  content_hash: string | null;
  /** When somebody had its first plan carried out. */
  confirmed_at: Date | null;
  /** The answer that was undone: it is not applied again by itself. */
  suspended_hash: string | null;
  read_at: Date | null;
  answered_at: Date | null;
  people: Generated<number>;
  units: Generated<number>;
  problems: Defaulted<JSONColumnType<readonly Record<string, unknown>[]>>;
  quarantined: Defaulted<JSONColumnType<readonly Record<string, unknown>[]>>;
};

type SourceUploadTable = {
  readonly source_id: string;
  content: string;
  format: string;
  at: Date;
  actor: JSONColumnType<Record<string, unknown>>;
};

/** A change in a managed room that was not ours. */
type DriftTable = {
  readonly id: Generated<string>;
  readonly event_id: string | null;
  readonly room_key: string;
  /** The kind of state, or `member`. */
  readonly what: string;
  /** The state piece, or the person's Matrix ID. */
  readonly subject: string;
  readonly sender: string;
  readonly at: Date;
  /** `open`, `repaired`, `reported`, `fine`. */
  state: string;
  run_id: string | null;
};

/** What the brake counts over a day. */
type BrakeEntryTable = {
  readonly kind: string;
  /** A person's Matrix ID, or a room's key. */
  readonly subject: string;
  /** The unit, group or project; null: all of them. */
  readonly owner: string | null;
  readonly at: Date;
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

/** What was done, in order; each row holds the hash of the one before. Never changed. */
type AuditEntryTable = {
  readonly position: string | number;
  readonly at: Date;
  readonly actor_kind: string;
  readonly actor_id: string;
  readonly action: string;
  readonly subject: string;
  readonly reason: string;
  /** Canonical JSON. */
  readonly details: string | null;
  readonly previous_hash: string;
  readonly hash: string;
};

/** The last row of the log: one row, which whoever appends holds. */
type AuditHeadTable = {
  readonly single: Generated<boolean>;
  position: string | number;
  hash: string;
};

/** An event that the appservice sends; it waits while it is neither sent nor quarantined. */
type OutboxTable = {
  readonly position: Generated<string>;
  /** Its transaction id at the homeserver, at every try. */
  readonly id: string;
  readonly sender: string;
  readonly room_id: string;
  readonly type: string;
  /** Gone (null) once sent. */
  content: JSONColumnType<Record<string, unknown>> | null;
  readonly queued_at: Generated<Date>;
  attempts: Generated<number>;
  /** Since when the homeserver may have it; null while it surely has not. */
  unclear_since: Date | null;
  /** Not tried before; null: at once. */
  next_at: Date | null;
  sent_at: Date | null;
  event_id: string | null;
  quarantined_at: Date | null;
  reason: string | null;
};

/** A picture that the homeserver has already. */
type PictureTable = {
  /** What it shows. */
  readonly key: string;
  readonly mxc: string;
};

/** The organisation that was accepted last; one row. */
type OrganisationSnapshotTable = {
  readonly id: number;
  /** The digest of the content. */
  version: string;
  content: JSONColumnType<Record<string, unknown>>;
  taken_at: Date;
};

/** A person's short session at the API. */
type PersonSessionTable = {
  /** The token itself is kept nowhere. */
  readonly token_hash: string;
  readonly source_id: string;
  readonly user_id: string;
  readonly expires_at: Date;
};

/** A token for scripts. */
type AccessTokenTable = {
  readonly id: string;
  readonly name: string;
  readonly scopes: JSONColumnType<readonly string[]>;
  /** SHA-256 of the token, hexadecimal. */
  readonly hash: string;
  readonly created_by: JSONColumnType<
    { readonly kind: "person" | "token" | "system"; readonly id: string },
    string,
    never
  >;
  readonly created_at: Date;
  readonly expires_at: Date;
  revoked_at: Date | null;
  last_used_at: Date | null;
};

/** A request that is done once, however often it comes. */
type IdempotentRequestTable = {
  readonly caller: string;
  /** What the caller chose. */
  readonly key: string;
  /** SHA-256 of what was asked. */
  readonly fingerprint: string;
  begun_at: Date;
  /** JSON; null while it is under way. */
  answer: string | null;
};

/** Every table of the store. */
export type Schema = {
  account: AccountTable;
  former_account: FormerAccountTable;
  managed_room: ManagedRoomTable;
  managed_member: ManagedMemberTable;
  inbox_transaction: InboxTransactionTable;
  inbox_event: InboxEventTable;
  run: RunTable;
  lease: LeaseTable;
  run_step: RunStepTable;
  plan: PlanTable;
  approval: ApprovalTable;
  source_state: SourceStateTable;
  source_upload: SourceUploadTable;
  drift: DriftTable;
  brake_entry: BrakeEntryTable;
  audit_entry: AuditEntryTable;
  audit_head: AuditHeadTable;
  outbox: OutboxTable;
  picture: PictureTable;
  organisation_snapshot: OrganisationSnapshotTable;
  person_session: PersonSessionTable;
  access_token: AccessTokenTable;
  idempotent_request: IdempotentRequestTable;
};
