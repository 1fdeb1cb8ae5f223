import { effectiveProtection } from "@klaaf/protocol";
import type { StateEvent } from "./homeserver.ts";

/**
 * Whether only its members may let anybody into a room. What is unknown counts as confidential; a space
 * holds no messages and has no class.
 */
export function isConfidential(
  creation: Pick<StateEvent, "content">,
  roomClass: Pick<StateEvent, "content"> | undefined,
): boolean {
  if (creation.content["type"] === "m.space" && roomClass === undefined) return false;
  return effectiveProtection(roomClass?.content, undefined) === "vertraulich";
}
