import { assert, constantFrom, property, uniqueArray } from "fast-check";
import { describe, expect, it } from "vitest";
import { applyList, diffList, sameContent } from "./list-patch.ts";

type Row = { readonly id: string; readonly text: string };
const keyOf = (row: Row) => row.id;

describe("patches of lists", () => {
  it("turn any list into any other, across a border that copies", () => {
    const pool = Array.from({ length: 8 }, (_, index): Row => ({ id: `${index}`, text: "t" }));
    const list = uniqueArray(constantFrom(...pool));
    assert(
      property(list, list, (before, after) => {
        const patch = structuredClone(diffList(before, after));
        expect(applyList(before, patch, keyOf)).toEqual(after);
      }),
    );
  });

  it("tell only the new row when one is appended to a long list", () => {
    const before = Array.from({ length: 5000 }, (_, index): Row => ({ id: `${index}`, text: "t" }));
    const row = { id: "new", text: "t" };
    expect(diffList(before, [...before, row])).toEqual({ at: 5000, remove: 0, insert: [row] });
  });

  it("keep the identity of rows that only moved", () => {
    const [a, b, c] = ["a", "b", "c"].map((id): Row => ({ id, text: "t" }));
    const before = [a, b, c].filter((row) => row !== undefined);
    const patch = structuredClone(diffList(before, before.toReversed()));
    const after = applyList(before, patch, keyOf);
    expect(after.map(keyOf)).toEqual(["c", "b", "a"]);
    expect(after[0]).toBe(c);
    expect(after[2]).toBe(a);
  });

  it("give the same list when nothing changed", () => {
    const before = [{ id: "a", text: "t" }];
    expect(applyList(before, diffList(before, [...before]), keyOf)).toBe(before);
  });
});

it("compares plain values by what they say", () => {
  expect(sameContent({ a: [1, { b: undefined }] }, { a: [1, { b: undefined }] })).toBe(true);
  expect(sameContent({ a: undefined }, { b: undefined })).toBe(false);
  expect(sameContent([], {})).toBe(false);
  expect(sameContent({ a: 1 }, { a: 1, b: 2 })).toBe(false);
});
