import { MANAGED_TYPE, parseManaged } from "@klaaf/protocol";
import type { Homeserver } from "../homeserver/index.ts";
import { keyOfMarker } from "./keys.ts";
import type { Mirror } from "./mirror.ts";

/**
 * Finds rooms that were made just before a crash took the note of it: the provisioning account is in
 * them and their marker says what they are. Without this a killed run would make them twice.
 *
 * @returns how many were found
 */
export async function adoptForgottenRooms(homeserver: Homeserver, mirror: Mirror): Promise<number> {
  const known = await mirror.roomIds();
  const keys = new Set(known.values());
  let adopted = 0;
  for (const roomId of await homeserver.ownRooms()) {
    if (known.has(roomId)) continue;
    const marker = await homeserver.state(roomId, MANAGED_TYPE, "");
    // Only our own hand counts: anybody may write such an event into a room of their own.
    if (marker?.sender !== homeserver.provisioningUser) continue;
    const parsed = parseManaged(marker.content);
    if (parsed.kind !== "ok") continue;
    const key = keyOfMarker(parsed.value);
    if (keys.has(key)) continue;
    await mirror.noteFound(key, roomId, await homeserver.members(roomId));
    keys.add(key);
    adopted += 1;
  }
  return adopted;
}
