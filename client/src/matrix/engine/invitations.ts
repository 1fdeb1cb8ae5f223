import type { MatrixClient } from "matrix-js-sdk/lib/client.js";
import type { Room } from "matrix-js-sdk/lib/models/room.js";
import { provisioningUserOf } from "../mapping/room-summary.ts";

/**
 * Accepts an invitation if the organisation itself invites, that is the provisioning account of the
 * person's own server. Every other invitation is left alone.
 *
 * @param joining the rooms that are being joined already; kept up to date here
 */
export async function acceptFromOrganisation(
  client: MatrixClient,
  room: Room,
  me: string,
  joining: Set<string>,
): Promise<void> {
  if (room.getMyMembership() !== "invite" || joining.has(room.roomId)) return;
  const invitation = room.currentState.getStateEvents("m.room.member", me);
  if (invitation?.getSender() !== provisioningUserOf(me)) return;
  joining.add(room.roomId);
  try {
    await client.joinRoom(room.roomId);
  } catch {
    // Withdrawn meanwhile, or the server is not reachable: the next answer shows the invitation again.
  } finally {
    joining.delete(room.roomId);
  }
}
