import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { klaaf, parseBrand } from "./brand.ts";
import { contrast } from "./contrast.ts";

const valid = {
  name: "Plausch",
  organisation: "Stadt Bonn",
  mark: "/brand/bonn.svg",
  accent: { light: "#0b5394", dark: "#9fc5ff" },
  legal: { imprint: "https://bonn.example/impressum", privacy: "/datenschutz.html" },
};

describe("the brand file", () => {
  it("is taken as it stands", () => {
    expect(parseBrand(valid)).toEqual({ brand: valid, problems: [] });
  });

  it("that is shipped has no problems", () => {
    const file = path.join(import.meta.dirname, "../../public/brand.json");
    expect(parseBrand(JSON.parse(readFileSync(file, "utf8")))).toMatchObject({
      brand: { name: "Klaaf" },
      problems: [],
    });
  });

  it.each([
    ["name", "", /name/],
    ["mark", "https://elsewhere.example/mark.svg", /mark must be the path/],
    ["mark", "//elsewhere.example/mark.svg", /mark must be the path/],
    ["accent", { light: "red", dark: "#9fc5ff" }, /accent.light must be a colour/],
    ["accent", { light: "#ffd700", dark: "#9fc5ff" }, /accent.light needs a contrast of 4.5/],
    ["accent", { light: "#0b5394", dark: "#550000" }, /accent.dark needs a contrast of 4.5/],
    ["legal", { imprint: "javascript:alert(1)" }, /legal.imprint must begin with https/],
  ] as const)("keeps Klaaf's %s instead of %j, and says why", (field, value, why) => {
    const { brand, problems } = parseBrand({ ...valid, [field]: value });
    expect(brand).toEqual({ ...valid, [field]: klaaf[field] });
    expect(problems).toEqual([expect.stringMatching(why)]);
  });

  it("names a field that it does not know", () => {
    expect(parseBrand({ ...valid, colour: "red" }).problems).toEqual([
      expect.stringContaining('"colour"'),
    ]);
  });

  it.each([undefined, null, "Klaaf", [1]])("falls back whole where it is %j", (input) => {
    const { brand, problems } = parseBrand(input);
    expect(brand).toEqual(klaaf);
    expect(problems).not.toEqual([]);
  });
});

describe("contrast", () => {
  it("is that of WCAG", () => {
    expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
    expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
    expect(contrast("#ffffff", "#777777")).toBeCloseTo(4.48, 2);
  });
});
