import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold, wordsOf } from "./fold.ts";
import { colognePhonetics, distance, soundsLike } from "./likeness.ts";

describe("folding", () => {
  it.each([
    ["Müller", "Mueller", "MULLER", "müller"],
    ["Weiß", "Weiss", "WEIẞ"],
    ["Straße", "STRASSE"],
    ["Çelik", "celik"],
    ["Tanrıverdi", "TANRIVERDI", "tanriverdi"],
    ["Łukasz", "lukasz"],
    ["Sørensen", "Soerensen", "sorensen"],
    ["O’Brien", "O'Brien", "obrien"],
    ["Ægidius", "Aegidius"],
  ])("takes %s for the same as its other spellings", (first, ...others) => {
    for (const other of others) expect(fold(other)).toBe(fold(first));
  });

  const text = fc.string({
    maxLength: 14,
    unit: fc.oneof(
      fc.constantFrom(
        "a",
        "o",
        "u",
        "e",
        "ä",
        "ö",
        "ü",
        "ß",
        "é",
        "ı",
        "İ",
        "Ø",
        "-",
        " ",
        "ﬃ",
        "3",
      ),
      fc.string({ minLength: 1, maxLength: 1 }),
    ),
  });
  it("keeps beginnings: what is half typed begins the whole", () => {
    fc.assert(
      fc.property(text, fc.nat(14), (whole, length) => {
        expect(fold(whole).startsWith(fold(Array.from(whole).slice(0, length).join("")))).toBe(
          true,
        );
      }),
    );
  });

  it("takes a name apart at its signs, and keeps it whole as well", () => {
    expect(wordsOf("Müller-Lüdenscheidt")).toEqual([
      "muller",
      "ludenscheidt",
      "mullerludenscheidt",
    ]);
    expect(wordsOf("62.561")).toEqual(["62", "561", "62561"]);
    expect(wordsOf("  – * ")).toEqual([]);
  });
});

describe("likeness", () => {
  it.each([
    ["muller", "657"],
    ["ludenscheidt", "52682"],
    ["wikipedia", "3412"],
    ["breschnew", "17863"],
    ["meier", "67"],
  ])("codes %s as %s (Postel's examples)", (word, code) => {
    expect(colognePhonetics(word)).toBe(code);
  });

  it.each([
    ["meier", "mayer"],
    ["schmidt", "schmitt"],
    ["schmidt", "schmid"],
    ["hofman", "hoffmann"],
    ["schimtz", "schmitz"],
  ])("hears %s in %s", (typed, name) => {
    expect(soundsLike(typed, name)).toBe(true);
  });

  it.each([
    ["meier", "mohr"],
    ["schmidt", "schulz"],
    ["anna", "hanna"],
    ["ann", "anne"],
  ])("does not hear %s in %s", (typed, name) => {
    expect(soundsLike(typed, name)).toBe(false);
  });

  it("counts the same from both sides, and stops counting at the most", () => {
    const word = fc.string({ maxLength: 7, unit: fc.constantFrom("a", "b", "c") });
    fc.assert(
      fc.property(word, word, fc.nat(3), (one, other, most) => {
        const apart = distance(one, other, 20);
        expect(distance(other, one, 20)).toBe(apart);
        expect(apart === 0).toBe(one === other);
        expect(distance(one, other, most)).toBe(Math.min(apart, most + 1));
      }),
    );
  });
});
