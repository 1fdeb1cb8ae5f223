import { createHash } from "node:crypto";

/** The entity tag of a representation (RFC 9110, 8.8.3): the same text, the same tag. */
export function etagOf(text: string): string {
  return `"${createHash("sha256").update(text).digest("base64url").slice(0, 22)}"`;
}

/**
 * Whether a list of tags, as `If-None-Match` and `If-Match` carry it, names this one. Ours say that two
 * representations are the same byte for byte; a proxy may have weakened one (`W/`) without harm to that.
 */
export function names(header: string, etag: string): boolean {
  if (header.trim() === "*") return true;
  return header.split(",").some((one) => one.trim().replace(/^W\//, "") === etag);
}
