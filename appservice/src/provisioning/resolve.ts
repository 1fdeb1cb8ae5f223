import type { StatePiece } from "./desired.ts";

/** A state event to be, as the homeserver port takes it. */
export type ResolvedPiece = {
  readonly type: string;
  readonly stateKey: string;
  readonly content: Readonly<Record<string, unknown>>;
};

/**
 * Turns a piece of desired state into the event that says it, once the rooms it names have ids.
 *
 * @param roomIdOf the id of a room by key
 * @param via the server through which rooms are reached (our own)
 * @throws Error if a room that the piece names has no id; the plan's order rules that out
 */
export function resolvePiece(
  piece: StatePiece,
  roomIdOf: (key: string) => string | undefined,
  via: string,
): ResolvedPiece {
  const id = (key: string): string => {
    const roomId = roomIdOf(key);
    if (roomId === undefined) throw new Error(`${key} has no room yet.`);
    return roomId;
  };
  switch (piece.kind) {
    case "plain":
      return { type: piece.type, stateKey: "", content: piece.content };
    case "join-through":
      return {
        type: "m.room.join_rules",
        stateKey: "",
        content: {
          join_rule: "restricted",
          allow: [{ type: "m.room_membership", room_id: id(piece.space) }],
        },
      };
    case "parent":
      return {
        type: "m.space.parent",
        stateKey: id(piece.space),
        content: { via: [via], canonical: true },
      };
    case "child":
      return {
        type: "m.space.child",
        stateKey: id(piece.room),
        content: piece.order === undefined ? {} : { via: [via], order: piece.order },
      };
  }
}
