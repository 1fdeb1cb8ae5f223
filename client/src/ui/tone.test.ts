import { describe, expect, it } from "vitest";
import { markOf, toneOf, TONES } from "./tone.ts";

describe("a mark", () => {
  it.each([
    ["37 Feuerwehr", "37"],
    ["122 Anwendungen und Digitalisierung", "122"],
    ["IV Bildung, Jugend und Sport", "IV"],
    ["Nina Fischer", "NF"],
    ["Gymnasium Südstadt", "GS"],
    ["Mitteilungen 12", "M"],
    ["Ida Öztürk-von der Heide", "IH"],
    ["presse", "P"],
    ["12", "1"],
    ["", "·"],
  ])("for “%s” is %s", (name, mark) => {
    expect(markOf(name)).toBe(mark);
  });
});

describe("a tone", () => {
  it("is the same for the same id, and spreads over all tones", () => {
    expect(toneOf("!a:stadt.example")).toBe(toneOf("!a:stadt.example"));
    const seen = new Set(Array.from({ length: 200 }, (_, nth) => toneOf(`@p${nth}:stadt.example`)));
    expect([...seen].toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: TONES }, (_, nth) => nth),
    );
  });
});
