import type { Database } from "../storage/index.ts";

/** Who did it: a person by source id, a token by its id, or a part of the system by its name. */
export type Actor =
  | { readonly kind: "person"; readonly id: string }
  | { readonly kind: "token"; readonly id: string }
  | { readonly kind: "system"; readonly id: string };

/** One thing that was done. No message text, no name, no address stands in it: people by source id. */
export type AuditEntry = {
  readonly actor: Actor;
  /** What was done, `noun.verb`: `member.removed`, `plan.approved`, `audit.read`. */
  readonly action: string;
  /** What it was done to: a person's source id, a room's key, a plan's hash. */
  readonly subject: string;
  /** Why: the rule or the words of the person who did it. */
  readonly reason: string;
  readonly details?: Readonly<Record<string, unknown>>;
};

/** An entry as it stands in the log. */
export type AuditRecord = AuditEntry & {
  /** 1, 2, 3 … without a gap. */
  readonly position: number;
  readonly at: Date;
  /** SHA-256, hexadecimal, over all of this and the hash of the entry before. */
  readonly hash: string;
};

/** The end of the log: whoever notes it elsewhere can prove later what was in the log up to there. */
export type AuditHead = {
  /** 0 for a log without entries. */
  readonly position: number;
  readonly hash: string;
};

/** Where everything that is changed is written down, in order, and cannot be changed unseen. */
export interface AuditLog {
  /**
   * Resolves when the entries are stored, in this order, behind all earlier ones.
   *
   * @param trx the caller's transaction, with which the entries come and go. Whoever appends holds the
   *   log until that transaction ends: append last in it. Inside a transaction it must be given (the
   *   embedded engine has one connection only, and would wait for itself).
   */
  append(entries: readonly AuditEntry[], trx?: Database): Promise<void>;
}

/** What of the log somebody wants to see; everything named must hold. */
export type AuditQuery = {
  readonly actorKind?: Actor["kind"] | undefined;
  readonly actorId?: string | undefined;
  /** Exactly this action, or with a trailing dot all of a noun: `member.` */
  readonly action?: string | undefined;
  readonly subject?: string | undefined;
  /** From this moment on. */
  readonly from?: Date | undefined;
  /** Before this moment. */
  readonly until?: Date | undefined;
  readonly order?: "newest-first" | "oldest-first" | undefined;
  /** The last position that was seen, in the same order. */
  readonly after?: number | undefined;
  /** 1–1,000; 100 if not given. */
  readonly limit?: number | undefined;
};

export type AuditPage = {
  readonly entries: readonly AuditRecord[];
  /** What to give as `after` for the next page; undefined on the last one. */
  readonly next: number | undefined;
};

/**
 * What is wrong at a position:
 * `altered`: a field of the entry is not what was written;
 * `missing`: entries that were here are gone;
 * `inserted`: an entry was put in that nobody appended;
 * `reordered`: the entry that belongs here stands elsewhere;
 * `replaced`: the entry was exchanged for another one, hash and all;
 * `truncated`: entries at the end are gone.
 */
export type AuditDamage =
  "altered" | "missing" | "inserted" | "reordered" | "replaced" | "truncated";

export type AuditVerdict =
  | { readonly kind: "intact"; readonly head: AuditHead }
  | {
      readonly kind: "broken";
      /** The first position at which the log is not as it was written. All before it holds. */
      readonly position: number;
      readonly why: AuditDamage;
    };

/** Looking into the log, which is written down in it as well. */
export interface AuditReader {
  /** @param reader who looks; the look itself is appended to the log (`audit.read`) first */
  list(query: AuditQuery, reader: Actor): Promise<AuditPage>;
  /**
   * Reads the whole log, page by page, and computes every hash again.
   *
   * @param anchor a head that was noted elsewhere: also shows that nobody rewrote the log as a whole
   */
  verify(reader: Actor, anchor?: AuditHead): Promise<AuditVerdict>;
  head(): Promise<AuditHead>;
}
