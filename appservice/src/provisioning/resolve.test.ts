import { describe, expect, it } from "vitest";
import { resolvePiece } from "./resolve.ts";

const ids = new Map([
  ["space:stadt", "!top"],
  ["room:12:general", "!room"],
]);
const resolve = (piece: Parameters<typeof resolvePiece>[0]) =>
  resolvePiece(piece, (key) => ids.get(key), "stadt.example");

describe("a piece of desired state", () => {
  it("that names no room is written as it is", () => {
    expect(resolve({ kind: "plain", type: "m.room.name", content: { name: "x" } })).toEqual({
      type: "m.room.name",
      stateKey: "",
      content: { name: "x" },
    });
  });

  it("that opens a room to a space becomes a restricted join rule (room version 8 and later)", () => {
    expect(resolve({ kind: "join-through", space: "space:stadt" })).toEqual({
      type: "m.room.join_rules",
      stateKey: "",
      content: {
        join_rule: "restricted",
        allow: [{ type: "m.room_membership", room_id: "!top" }],
      },
    });
  });

  it("that links up or down names the other room in its key, and our server as the way", () => {
    expect(resolve({ kind: "parent", space: "space:stadt" })).toEqual({
      type: "m.space.parent",
      stateKey: "!top",
      content: { via: ["stadt.example"], canonical: true },
    });
    expect(resolve({ kind: "child", room: "room:12:general", order: "0003" })).toEqual({
      type: "m.space.child",
      stateKey: "!room",
      content: { via: ["stadt.example"], order: "0003" },
    });
  });

  it.each([
    { kind: "join-through", space: "space:nowhere" },
    { kind: "parent", space: "space:nowhere" },
    { kind: "child", room: "space:nowhere", order: "0" },
  ] as const)("is refused by the name of the room that is missing: $kind", (piece) => {
    expect(() => resolve(piece)).toThrow("space:nowhere");
  });
});
