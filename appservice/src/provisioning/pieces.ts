import type { DesiredRoom, StatePiece } from "./desired.ts";

/** The rooms that must exist before a piece of state can be written. */
export function roomsIn(piece: StatePiece): readonly string[] {
  switch (piece.kind) {
    case "plain":
      return [];
    case "join-through":
    case "parent":
      return [piece.space];
    case "child":
      return [piece.room];
  }
}

/** Written when the room is made: all but the links to rooms below it, which come after it. */
export const isBirthState = (piece: StatePiece): boolean => piece.kind !== "child";

/** All state of a room as pieces: its own, and what createRoom takes apart. */
export function piecesOf(room: DesiredRoom): readonly StatePiece[] {
  return [
    { kind: "plain", type: "m.room.name", content: { name: room.name } },
    ...(room.topic === ""
      ? []
      : [{ kind: "plain", type: "m.room.topic", content: { topic: room.topic } } as const]),
    { kind: "plain", type: "m.room.power_levels", content: room.powerLevels },
    ...room.state,
  ];
}

/** Names a piece within its room, the same before and after ids are known. */
export function pieceName(piece: StatePiece): string {
  switch (piece.kind) {
    case "plain":
      return piece.type;
    case "join-through":
      return "m.room.join_rules";
    case "parent":
      return `m.space.parent|${piece.space}`;
    case "child":
      return `m.space.child|${piece.room}`;
  }
}

/** The part of a piece that is compared: what was written under the same name before. */
export function pieceValue(piece: StatePiece): unknown {
  switch (piece.kind) {
    case "plain":
      return piece.content;
    case "join-through":
    case "parent":
      return { space: piece.space };
    case "child":
      return { order: piece.order };
  }
}

/** Whether two JSON values are the same, whatever the order of their keys. */
export function sameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null)
    return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const left = new Map<string, unknown>(Object.entries(one));
  const right = new Map<string, unknown>(Object.entries(other));
  if (left.size !== right.size) return false;
  return [...left].every(([key, value]) => right.has(key) && sameJson(value, right.get(key)));
}
