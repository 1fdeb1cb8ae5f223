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

/** Where everything that is changed is written down, in order, and cannot be changed unseen. */
export interface AuditLog {
  /** Resolves when the entries are stored, in this order, behind all earlier ones. */
  append(entries: readonly AuditEntry[]): Promise<void>;
}
