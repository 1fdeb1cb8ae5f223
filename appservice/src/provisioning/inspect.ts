import { HomeserverError } from "../homeserver/index.ts";
import type { Homeserver } from "../homeserver/index.ts";
import type { Database } from "../storage/index.ts";
import type { Desired } from "./desired.ts";
import type { Drift } from "./drift.ts";
import type { Observed } from "./observed.ts";
import { pieceName, piecesOf, sameJson } from "./pieces.ts";
import { resolvePiece } from "./resolve.ts";

/**
 * Looks at the confidential rooms as the homeserver's administrator: we are not in them, so nothing of
 * them is heard. Who is in them is noted; what differs from the organisation is told, and left to their
 * members. Reads state and membership alone, never what people write.
 */
export async function inspectConfidential(
  homeserver: Homeserver,
  db: Database,
  desired: Desired,
  observed: Observed,
  drift: Drift,
): Promise<void> {
  const sourceUsers = new Set(desired.accounts.map(({ userId }) => userId));
  const idOf = (key: string) => observed.rooms.get(key)?.roomId;
  for (const room of desired.rooms) {
    const known = observed.rooms.get(room.key);
    if (room.entry !== "invitation" || known === undefined || known.isOurs) continue;
    let found;
    try {
      found = await homeserver.inspect(known.roomId);
    } catch (error) {
      // Away, or purged by hand: the next look tells.
      if (error instanceof HomeserverError) continue;
      throw error;
    }
    const here = new Set(found.members.filter((one) => one !== homeserver.provisioningUser));
    const wanted = new Set([...room.members, ...room.invited]);
    await db.transaction().execute(async (trx) => {
      await trx.deleteFrom("managed_member").where("key", "=", room.key).execute();
      if (here.size > 0)
        await trx
          .insertInto("managed_member")
          .values(
            [...here].map((userId) => ({
              key: room.key,
              user_id: userId,
              heard: !wanted.has(userId),
            })),
          )
          .execute();
    });
    for (const userId of here) {
      // Who has left the organisation is taken out by the plan; whom its members let in is their matter.
      if (!wanted.has(userId) && sourceUsers.has(userId))
        await drift.report({ key: room.key, what: "member", subject: userId, sender: userId });
    }
    for (const piece of piecesOf(room)) {
      if (piece.kind !== "plain") continue;
      const { content, stateKey, type } = resolvePiece(piece, idOf, homeserver.serverName);
      const is = found.state.find((one) => one.type === type && one.stateKey === stateKey);
      if (is === undefined || sameJson(is.content, content)) continue;
      await drift.report({
        key: room.key,
        what: type,
        subject: pieceName(piece),
        sender: is.sender,
      });
    }
  }
}
