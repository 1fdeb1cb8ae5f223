import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { fileSource } from "./file-source.ts";
import { markOf, titleOf } from "./model.ts";
import { parseOrganisation } from "./parse.ts";

const anna = {
  id: "p-1",
  givenName: "Anna",
  familyName: "Schäfer",
  mail: "anna.schaefer@stadt.example",
  memberships: [{ unit: "amt-12", function: "head", title: "Amtsleitung" }],
};
const ben = {
  id: "p-2",
  givenName: "Ben",
  familyName: "Yılmaz",
  mail: "ben.yilmaz@stadt.example",
  memberships: [{ unit: "amt-12", function: "member" }],
};
const town = {
  version: 1,
  name: "Musterstadt",
  units: [
    { id: "stadt", kind: "city", name: "Stadtverwaltung" },
    {
      id: "amt-12",
      parent: "stadt",
      kind: "office",
      number: "12",
      name: "Informationsverarbeitung",
    },
  ],
  people: [anna, ben],
  groups: [{ id: "rat", name: "Personalrat", members: ["p-2"] }],
};
const [city, office] = town.units;

const parse = (content: unknown) => parseOrganisation(JSON.stringify(content));
function problemsOf(content: unknown) {
  const parsed = parse(content);
  return parsed.kind === "ok" ? [] : parsed.problems;
}

describe("a file that hangs together", () => {
  it("is read whole", () => {
    expect(parse(town)).toEqual({
      kind: "ok",
      organisation: {
        name: town.name,
        units: town.units,
        people: town.people,
        groups: town.groups,
      },
    });
  });

  it("may leave out groups and memberships", () => {
    const { groups: _, ...without } = town;
    const parsed = parse({ ...without, people: [{ ...anna, memberships: undefined }] });
    expect(parsed).toMatchObject({
      kind: "ok",
      organisation: { groups: [], people: [{ memberships: [] }] },
    });
  });

  it("holds addresses in small letters, and names without spaces around them", () => {
    const people = [{ ...anna, mail: "Anna.SCHAEFER@Stadt.Example", givenName: "  Anna " }];
    expect(parse({ ...town, people, groups: [] })).toMatchObject({
      organisation: { people: [{ mail: anna.mail, givenName: "Anna" }] },
    });
  });

  it("may be YAML as people write it", () => {
    const text = `
version: 1
name: Musterstadt   # erfunden
units:
  - { id: stadt, kind: city, name: Stadtverwaltung }
people:
  - id: p-1
    givenName: Anna
    familyName: Schäfer
    mail: anna.schaefer@stadt.example
`;
    expect(parseOrganisation(text).kind).toBe("ok");
  });
});

describe("one wrong entry makes the whole file invalid, and is named by its place", () => {
  it.each<[string, unknown, string, string]>([
    ["another version", { ...town, version: 2 }, "version", "expected 1"],
    ["no name", { ...town, name: undefined }, "name", "expected string"],
    ["no units", { ...town, units: [] }, "units", "without units would remove everything"],
    ["no people", { ...town, people: [] }, "people", "without people would lock everybody"],
    ["an unknown key", { ...town, pepole: [] }, "", '"pepole"'],
    [
      "an unknown key of a unit",
      { ...town, units: [{ ...city, nmae: "x" }] },
      "units[0]",
      '"nmae"',
    ],
    [
      "an unknown key of a person",
      { ...town, people: [{ ...anna, male: 1 }] },
      "people[0]",
      '"male"',
    ],
    [
      "an unknown kind",
      { ...town, units: [{ ...city, kind: "realm" }] },
      "units[0].kind",
      "Invalid",
    ],
    [
      "an empty name",
      { ...town, units: [{ ...city, name: " " }] },
      "units[0].name",
      "must not be empty",
    ],
    [
      "an id with spaces",
      { ...town, units: [{ ...city, id: "a b" }] },
      "units[0].id",
      "letters, digits",
    ],
    [
      "a broken address",
      { ...town, people: [{ ...anna, mail: "anna" }] },
      "people[0].mail",
      "e-mail",
    ],
    [
      "a name that turns the reading direction",
      { ...town, people: [{ ...anna, givenName: "A\u202Eb" }] },
      "people[0].givenName",
      "control",
    ],
    [
      "a name with a line break",
      { ...town, people: [{ ...anna, givenName: "A\nb" }] },
      "people[0].givenName",
      "control",
    ],
    [
      "an unknown function",
      { ...town, people: [{ ...anna, memberships: [{ unit: "amt-12", function: "king" }] }] },
      "people[0].memberships[0].function",
      "Invalid",
    ],
    [
      "an unknown parent",
      { ...town, units: [city, { ...office, parent: "mars" }] },
      "units[1].parent",
      '"mars"',
    ],
    [
      "a membership in nothing",
      { ...town, people: [{ ...anna, memberships: [{ unit: "mars", function: "head" }] }] },
      "people[0].memberships[0].unit",
      '"mars"',
    ],
    ["a doubled unit", { ...town, units: [city, office, office] }, "units[2].id", "units[1]"],
    [
      "a doubled person",
      { ...town, people: [anna, { ...ben, id: "p-1" }] },
      "people[1].id",
      "people[0]",
    ],
    [
      "a doubled address in other letters",
      { ...town, people: [anna, { ...ben, mail: anna.mail.toUpperCase() }] },
      "people[1].mail",
      "people[0]",
    ],
    [
      "twice in the same unit",
      { ...town, people: [{ ...anna, memberships: [...anna.memberships, ...ben.memberships] }] },
      "people[0].memberships[1].unit",
      "memberships[0]",
    ],
    [
      "a doubled group",
      { ...town, groups: [...town.groups, ...town.groups] },
      "groups[1].id",
      "groups[0]",
    ],
    [
      "a group of nobody we know",
      { ...town, groups: [{ id: "g", name: "G", members: ["p-9"] }] },
      "groups[0].members[0]",
      '"p-9"',
    ],
    [
      "twice in the same group",
      { ...town, groups: [{ id: "g", name: "G", members: ["p-1", "p-1"] }] },
      "groups[0].members[1]",
      "members[0]",
    ],
    ["a list", [], "", "expected object"],
    ["null", null, "", "expected object"],
  ])("%s", (_, content, where, words) => {
    const found = problemsOf(content).filter((problem) => problem.path === where);
    expect(found.map(({ message }) => message).join("\n")).toContain(words);
  });

  it("names everything that is wrong at once", () => {
    const problems = problemsOf({
      ...town,
      units: [city, { ...office, parent: "mars" }],
      people: [anna, { ...ben, mail: anna.mail }],
      groups: [{ id: "g", name: "G", members: ["p-9"] }],
    });
    expect(problems.map(({ path: at }) => at)).toEqual([
      "people[1].mail",
      "units[1].parent",
      "groups[0].members[0]",
    ]);
  });

  it.each(["", "  \n\t ", "# only a comment\n", "---\n"])("an empty file: %j", (text) => {
    expect(parseOrganisation(text)).toMatchObject({ kind: "invalid" });
  });

  it.each([
    ["a doubled key", "version: 1\nversion: 1\n"],
    ["two documents", "version: 1\n---\nversion: 1\n"],
    ["an open quote", 'name: "Muster\n'],
    ["aliases, which can grow without bound", "a: &a [x]\nb: *a\n"],
    ["a tab for indentation", "units:\n\t- id: x\n"],
  ])("%s is no readable file, and the line is named", (_, text) => {
    const parsed = parseOrganisation(text);
    expect(parsed).toMatchObject({ kind: "invalid", problems: [{ path: "" }] });
  });

  it("names the line of a mistake in writing", () => {
    const parsed = parseOrganisation('version: 1\nname: "Muster\n');
    expect(JSON.stringify(parsed)).toMatch(/line [23]/);
  });
});

describe("circles", () => {
  const circle = [
    { id: "a", parent: "c", kind: "office", name: "A" },
    { id: "b", parent: "a", kind: "office", name: "B" },
    { id: "c", parent: "b", kind: "office", name: "C" },
  ];

  it.each([1, 2, 3])("of %i units are found", (length) => {
    const units = circle.slice(0, length).map((unit, index, all) => ({
      ...unit,
      parent: all[(index + length - 1) % length]?.id,
    }));
    expect(problemsOf({ ...town, units: [city, office, ...units] })).toHaveLength(length);
  });

  it("are blamed on the units in them, not on what hangs below", () => {
    const below = { id: "d", parent: "b", kind: "office", name: "D" };
    const problems = problemsOf({ ...town, units: [city, office, ...circle, below] });
    expect(problems.map(({ path: at }) => at)).toEqual([
      "units[2].parent",
      "units[3].parent",
      "units[4].parent",
    ]);
  });
});

describe("what a problem tells", () => {
  // Problems are logged: what a log may not hold must not be in them.
  it.each([
    [
      "a membership in nothing",
      { ...town, people: [{ ...anna, memberships: [{ unit: "mars", function: "head" }] }] },
    ],
    ["a doubled address", { ...town, people: [anna, { ...ben, mail: anna.mail }] }],
    ["a broken address", { ...town, people: [{ ...anna, mail: "anna.schaefer(at)stadt" }] }],
    ["a doubled person", { ...town, people: [anna, anna] }],
    ["a wrong name", { ...town, people: [{ ...anna, givenName: ["Anna"] }] }],
  ])("carries neither name nor address: %s", (_, content) => {
    const told = JSON.stringify(problemsOf(content));
    expect(told).not.toBe("[]");
    expect(told).not.toMatch(/anna|schaefer|schäfer|@/i);
  });

  it.each([
    "people:\n  - { givenName: Anna, familyName: Schäfer, givenName: x }\n",
    'people:\n  - { givenName: Anna, familyName: "Schäfer }\n',
  ])("does not quote the file where it cannot be read", (text) => {
    const parsed = parseOrganisation(text);
    expect(parsed.kind).toBe("invalid");
    expect(JSON.stringify(parsed)).not.toMatch(/anna|schäfer/i);
  });
});

describe("hostile files", () => {
  it("never make it throw", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (text) =>
        ["ok", "invalid"].includes(parseOrganisation(text).kind),
      ),
      { numRuns: 100 },
    );
  });

  it("cannot reach the prototype", () => {
    const text = JSON.stringify(town).replace("{", '{"__proto__": {"polluted": true},');
    expect(parseOrganisation(text).kind).toBe("invalid");
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  it("may nest deep without breaking it", () => {
    expect(parseOrganisation(`${"[".repeat(10_000)}${"]".repeat(10_000)}`).kind).toBe("invalid");
  });

  it("may chain thousands of units, each below the last", () => {
    const units = Array.from({ length: 2000 }, (_, nth) => ({
      id: `u-${nth}`,
      ...(nth === 0 ? {} : { parent: `u-${nth - 1}` }),
      kind: "section",
      name: "Kette",
    }));
    expect(parse({ ...town, units: [...units, city, office] }).kind).toBe("ok");
  });
});

describe("a file as a source", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "organisation-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, "city.yaml");

  it("is read anew each time", async () => {
    const source = fileSource(file);
    writeFileSync(file, JSON.stringify(town));
    expect((await source.read()).kind).toBe("ok");
    writeFileSync(file, "");
    expect(await source.read()).toMatchObject({ kind: "invalid" });
  });

  it.each([
    ["a missing file", path.join(folder, "no.yaml")],
    ["a folder", folder],
  ])("says that it cannot read %s", async (_, place) => {
    const read = await fileSource(place).read();
    expect(read).toMatchObject({ kind: "invalid", problems: [{ path: place }] });
    expect(JSON.stringify(read)).toContain("cannot be read");
  });
});

describe("how units are called", () => {
  it.each([
    [{ name: "Feuerwehr", number: "37" }, "37 Feuerwehr", "37"],
    [{ name: "Gymnasium Am Rhein" }, "Gymnasium Am Rhein", "GR"],
    [{ name: "Amt für Kinder, Jugend und Familie" }, "Amt für Kinder, Jugend und Familie", "AKJ"],
    [{ name: "Stadt", mark: "K" }, "Stadt", "K"],
    [{ name: "Ämter-Haus" }, "Ämter-Haus", "ÄH"],
    [{ name: "ﬃx ﬃy ﬃz" }, "ﬃx ﬃy ﬃz", "FFF"],
    [{ name: "und" }, "und", "U"],
    [{ name: "𝒜 Haus" }, "𝒜 Haus", "𝒜H"],
  ])("%o", (unit, title, mark) => {
    expect([titleOf(unit), markOf(unit)]).toEqual([title, mark]);
  });
});
