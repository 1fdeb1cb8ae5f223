import { describe, expect, it } from "vitest";
import { nextIndex } from "./roving-focus.ts";

describe("the keys of a list", () => {
  it.each([
    ["ArrowDown", 3, 4],
    ["ArrowDown", 9, 9],
    ["ArrowUp", 3, 2],
    ["ArrowUp", 0, 0],
    ["PageDown", 3, 9],
    ["PageUp", 3, 0],
    ["Home", 5, 0],
    ["End", 5, 9],
    ["a", 5, -1],
  ])("%s leads from %i to %i of ten", (key, at, to) => {
    expect(nextIndex(key, at, 10)).toBe(to);
  });
});
