import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  effectiveProtection,
  managedSample,
  parseManaged,
  parseRoomClass,
  PREFIX,
  PROTECTIONS,
  MANAGED_TYPE,
  ROOM_CLASS_TYPE,
  roomClassSample,
} from "../index.ts";

const kinds = [
  ["the managed marker", parseManaged, managedSample],
  ["the room class", parseRoomClass, roomClassSample],
] as const;

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  withUnicodeString: true,
});

describe.each(kinds)("%s", (_, parse, sample) => {
  it("reads its own sample back unchanged", () => {
    expect(parse(structuredClone(sample))).toEqual({ kind: "ok", value: sample });
  });

  it("tells a newer version apart from broken content, whatever else the newer one holds", () => {
    for (const rest of [sample, {}, { protection: 7, kind: [] }]) {
      expect(parse({ ...rest, version: 2 })).toEqual({ kind: "unknown-version", version: 2 });
    }
  });

  it.each([
    ["nothing", undefined],
    ["null", null],
    ["a list", [1]],
    ["a text", "version"],
    ["no version", { ...sample, version: undefined }],
    ["a version in words", { ...sample, version: "1" }],
    ["half a version", { ...sample, version: 1.5 }],
    ["version zero", { ...sample, version: 0 }],
    ["a negative version", { ...sample, version: -1 }],
    ["an endless version", { ...sample, version: Number.POSITIVE_INFINITY }],
    ["only a version", { version: 1 }],
    ["its fields on the prototype", JSON.parse(`{"__proto__": ${JSON.stringify(sample)}}`)],
  ])("takes %s for invalid", (_name, content) => {
    expect(parse(content)).toMatchObject({ kind: "invalid" });
  });

  it("keeps nothing that its schema does not name", () => {
    const parsed = parse({ ...sample, displayname: "Oberbürgermeister", constructor: 1 });
    expect(parsed).toEqual({ kind: "ok", value: sample });
  });

  it("never throws, and never says ok to what it cannot write back", () => {
    fc.assert(
      fc.property(fc.oneof(anything, fc.record({ version: anything })), (content) => {
        const parsed = parse(content);
        return parsed.kind !== "ok" || isDeepStrictEqual(parse(parsed.value), parsed);
      }),
      { numRuns: 500 },
    );
  });

  it("never throws at a sample with one field replaced by anything", () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(sample)), anything, (field, value) => {
        expect(["ok", "invalid", "unknown-version"]).toContain(
          parse({ ...sample, [field]: value }).kind,
        );
      }),
      { numRuns: 500 },
    );
  });
});

describe("the managed marker", () => {
  it.each([
    ["an empty unit", { unit: "" }],
    ["a unit longer than an event key may be", { unit: "u".repeat(256) }],
    ["an unknown kind", { kind: "corridor" }],
    ["a mark that would burst a rail", { mark: "123456789" }],
    ["a room that does not say which of its unit's rooms it is", { template: undefined }],
    ["a space that says it is one of its unit's rooms", { kind: "space" }],
    ["a room of a unit and a group at once", { group: "rat" }],
    ["a room of nobody", { unit: undefined }],
    ["a group's room made from a unit's template", { unit: undefined, group: "rat" }],
    ["a space of a group", { unit: undefined, group: "rat", template: undefined, kind: "space" }],
  ])("refuses %s", (_, change) => {
    expect(parseManaged({ ...managedSample, ...change })).toMatchObject({ kind: "invalid" });
  });

  it.each([{ group: "personalrat" }, { project: "neue-wache" }])(
    "may mark the room of %o",
    (of) => {
      const content = { version: 1, kind: "room", mark: "PR", ...of };
      expect(parseManaged(content)).toEqual({ kind: "ok", value: content });
    },
  );
});

describe("the protection that a client must assume", () => {
  it.each([
    ["nothing at all", undefined],
    ["an empty event", {}],
    ["an unknown protection", { ...roomClassSample, protection: "geheim" }],
    ["a protection in other letters", { ...roomClassSample, protection: "Offen" }],
    ["a newer version", { ...roomClassSample, version: 2, protection: "offen" }],
    ["a list of protections", { ...roomClassSample, protection: ["offen"] }],
    ["an unknown record", { ...roomClassSample, protection: "offen", record: "?" }],
  ])("is vertraulich where %s is said", (_, content) => {
    expect(effectiveProtection(content, undefined)).toBe("vertraulich");
    expect(effectiveProtection(content, "offen")).toBe("vertraulich");
  });

  it("follows the event while it grows, and never falls below what was seen", () => {
    for (const [said, protection] of PROTECTIONS.entries()) {
      for (const [seen, seenBefore] of PROTECTIONS.entries()) {
        expect(effectiveProtection({ ...roomClassSample, protection }, seenBefore)).toBe(
          PROTECTIONS[Math.max(said, seen)],
        );
      }
    }
  });

  it("is never below what was seen, whatever an event says", () => {
    fc.assert(
      fc.property(anything, fc.constantFrom(...PROTECTIONS), (content, seenBefore) => {
        const assumed = effectiveProtection(content, seenBefore);
        expect(PROTECTIONS.indexOf(assumed)).toBeGreaterThanOrEqual(
          PROTECTIONS.indexOf(seenBefore),
        );
      }),
    );
  });
});

describe("the names of our own types", () => {
  it("carry neither brand nor city", () => {
    for (const type of [MANAGED_TYPE, ROOM_CLASS_TYPE]) {
      expect(type.startsWith(`${PREFIX}.`)).toBe(true);
      expect(type).not.toMatch(/klaaf|k[oö]e?ln|cologne/i);
    }
  });
});
