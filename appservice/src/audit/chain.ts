import { createHash } from "node:crypto";
import type { AuditDamage, AuditHead } from "./audit.ts";
import { canonicalJson } from "./canonical.ts";

/** A row of the log, with everything that its hash covers. */
export type Link = {
  readonly position: number;
  /** ISO 8601 in UTC, to the millisecond. */
  readonly at: string;
  readonly actorKind: string;
  readonly actorId: string;
  readonly action: string;
  readonly subject: string;
  readonly reason: string;
  /** Canonical JSON, kept as text: an engine that reads numbers its own way would hide a change. */
  readonly details: string | null;
  readonly previousHash: string;
  readonly hash: string;
};

/** Stands before the first entry. */
export const NO_HASH = "0".repeat(64);
export const EMPTY: AuditHead = { position: 0, hash: NO_HASH };

/** SHA-256, hexadecimal, over the canonical JSON (RFC 8785) of all other fields. */
export function hashOf(link: Omit<Link, "hash">): string {
  const fields = { ...link, hash: undefined };
  return createHash("sha256").update(canonicalJson(fields)).digest("hex");
}

export type Finding = { readonly position: number; readonly why: AuditDamage };

/** Whether a link is as it was written, and directly behind the one before it. */
export function holds(before: AuditHead, link: Link): boolean {
  return (
    link.position === before.position + 1 &&
    link.previousHash === before.hash &&
    hashOf(link) === link.hash
  );
}

/**
 * What happened to a link that does not hold.
 *
 * @param stoodBehind whether what was written behind the one before stands at another place now
 */
export function explain(before: AuditHead, link: Link, stoodBehind: boolean): Finding {
  const expected = before.position + 1;
  if (link.position < expected) return { position: link.position, why: "inserted" };
  const follows = link.previousHash === before.hash;
  if (!follows && stoodBehind) return { position: expected, why: "reordered" };
  if (link.position > expected) return { position: expected, why: "missing" };
  if (follows) return { position: expected, why: "altered" };
  // Sound in itself, but written behind another entry than the one that now stands before it.
  if (hashOf(link) === link.hash) {
    return before.position === 0
      ? { position: expected, why: "missing" }
      : { position: before.position, why: "replaced" };
  }
  // Sound at another place: it was renumbered.
  if (isWholeAt(link, expected - 1)) return { position: before.position, why: "inserted" };
  if (isWholeAt(link, expected + 1)) return { position: expected, why: "missing" };
  return { position: expected, why: "altered" };
}

function isWholeAt(link: Link, position: number): boolean {
  return hashOf({ ...link, position }) === link.hash;
}
