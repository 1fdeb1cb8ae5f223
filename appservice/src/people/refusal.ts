/** Why the employee's door gave no answer. */
export type RefusalReason =
  /** Nothing was accepted from a source yet. */
  | "not-ready"
  /** Who asks has no account in use in this organisation. */
  | "unknown"
  /** What was typed is too short to search for. */
  | "too-short"
  /** Nobody has this Matrix ID, or they are not to be found by who asks: the two look the same. */
  | "no-such-person"
  /** Too many requests, or too many people seen today. */
  | "too-fast"
  | "seen-enough";

export class DoorRefusal extends Error {
  override readonly name = "DoorRefusal";
  readonly reason: RefusalReason;
  /** When another try may help. */
  readonly waitMs: number | undefined;

  constructor(reason: RefusalReason, waitMs?: number) {
    super(`The employee's door refuses: ${reason}.`);
    this.reason = reason;
    this.waitMs = waitMs;
  }
}
