import type { Homeserver } from "../homeserver/index.ts";
import type { Desired } from "./desired.ts";
import type { Observed } from "./observed.ts";

/**
 * Looks whether somebody has come into the confidential rooms that are still to be handed over: only
 * then can we leave, since a room without anybody in it is dead for those who were invited.
 */
export async function lookForFirstMembers(
  homeserver: Homeserver,
  desired: Desired,
  observed: Observed,
): Promise<Observed> {
  const rooms = new Map(observed.rooms);
  for (const { entry, key } of desired.rooms) {
    const room = rooms.get(key);
    if (entry !== "invitation" || room?.isOurs !== true) continue;
    const here = await homeserver.members(room.roomId);
    const hasJoined = here.some((userId) => userId !== homeserver.provisioningUser);
    rooms.set(key, { ...room, hasJoined });
  }
  return { ...observed, rooms };
}
