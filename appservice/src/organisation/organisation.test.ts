import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { fileSource } from "./file-source.ts";
import { markOf, titleOf } from "./model.ts";
import { parseOrganisation } from "./parse.ts";
import { holdsOf } from "./problem.ts";

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
const project = {
  id: "p",
  name: "Neue Wache",
  owner: "p-1",
  members: ["p-2"],
  until: "2027-03-31",
  partners: [{ server: "partner.example", people: ["@carla:partner.example"] }],
};

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
        projects: [],
      },
      quarantined: [],
    });
  });

  it("may hold projects, groups with a lead, and people who are hidden", () => {
    const whole = {
      ...town,
      people: [anna, { ...ben, hidden: true }],
      groups: [{ id: "rat", name: "Personalrat", mark: "PR", lead: "p-1", members: ["p-2"] }],
      projects: [project],
    };
    expect(parse(whole)).toMatchObject({
      kind: "ok",
      organisation: { people: whole.people, groups: whole.groups, projects: whole.projects },
      quarantined: [],
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

/** People of whom the first have no address. */
const crowd = (size: number, broken: number) =>
  Array.from({ length: size }, (_, nth) => ({
    ...ben,
    id: `x-${nth}`,
    mail: nth < broken ? "none" : `x-${nth}@stadt.example`,
  }));

describe("a file that cannot be trusted is refused whole, and its problems are named by place", () => {
  it.each<[string, unknown, string, string]>([
    ["another version", { ...town, version: 2 }, "version", "expected 1"],
    ["no name", { ...town, name: undefined }, "name", "expected string"],
    ["no units", { ...town, units: [] }, "units", "without units would remove everything"],
    ["no people", { ...town, people: [] }, "people", "without people would lock everybody"],
    ["no list of people", { ...town, people: undefined }, "people", "expected array"],
    ["an unknown key", { ...town, pepole: [] }, "", '"pepole"'],
    [
      "fewer people than it says itself",
      { ...town, counts: { people: 3 } },
      "people",
      "holds 2 entries, and counts says 3",
    ],
    [
      "more units than it says itself",
      { ...town, counts: { units: 1, people: 2 } },
      "units",
      "cut short",
    ],
    ["nobody who can be used", { ...town, people: [{ ...anna, mail: "x" }] }, "", "1 of 4"],
    ["no unit that can be used", { ...town, units: [{ ...city, kind: "realm" }] }, "", "3 of 4"],
    ["a list", [], "", "expected object"],
    ["null", null, "", "expected object"],
  ])("%s", (_, content, where, words) => {
    const found = problemsOf(content).filter((problem) => problem.path === where);
    expect(found.map(({ message }) => message).join("\n")).toContain(words);
  });

  it("says the truth about its counts", () => {
    expect(parse({ ...town, counts: { people: 2, units: 2 } }).kind).toBe("ok");
  });

  it.each([
    [10, 50, "ok"],
    [11, 50, "invalid"],
    [30, 600, "ok"],
    [31, 600, "invalid"],
  ])("%i wrong entries among some %i: %s", (broken, size, kind) => {
    const people = [anna, ben, ...crowd(size - 5, broken)];
    expect(parse({ ...town, people }).kind).toBe(kind);
  });

  it("may have as many wrong entries as policy says", () => {
    const text = JSON.stringify({ ...town, people: [...town.people, ...crowd(20, 12)] });
    expect(parseOrganisation(text, { atLeast: 12, share: 0 }).kind).toBe("ok");
    expect(parseOrganisation(text, { atLeast: 11, share: 0 }).kind).toBe("invalid");
  });
});

/** What is held, as lines: kind, key, and what is wrong where. */
function heldIn(content: unknown): readonly string[] {
  const parsed = parse(content);
  if (parsed.kind === "invalid") return ["all"];
  return (parsed.quarantined ?? []).flatMap(({ id, kind, problems }) =>
    problems.map(({ message, path: at }) => `${kind} ${id ?? "?"} ${at}: ${message}`),
  );
}
const idsOf = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);
function healthy(content: unknown) {
  const parsed = parse(content);
  if (parsed.kind === "invalid") throw new Error(JSON.stringify(parsed.problems));
  const { groups, people, projects, units } = parsed.organisation;
  return {
    ...parsed.organisation,
    ids: [units, people, groups, projects].map(idsOf),
  };
}

describe("a wrong entry holds itself alone, and is named by its place", () => {
  it.each<[string, object, string, string]>([
    [
      "an unknown key of a unit",
      { units: [city, office, { ...city, id: "x", nmae: "x" }] },
      "unit x units[2]",
      '"nmae"',
    ],
    [
      "an unknown key of a person",
      { people: [anna, { ...ben, male: 1 }] },
      "person p-2 people[1]",
      '"male"',
    ],
    [
      "an unknown kind",
      { units: [city, office, { ...city, id: "x", kind: "realm" }] },
      "unit x units[2].kind",
      "Invalid",
    ],
    [
      "an empty name",
      { units: [city, office, { ...city, id: "x", name: " " }] },
      "unit x units[2].name",
      "must not be empty",
    ],
    [
      "an id with spaces",
      { units: [city, office, { ...city, id: "a b" }] },
      "unit ? units[2].id",
      "letters, digits",
    ],
    [
      "an entry that is none",
      { people: [anna, ben, "Carla"] },
      "person ? people[2]",
      "expected object",
    ],
    [
      "a broken address",
      { people: [anna, { ...ben, mail: "ben" }] },
      "person p-2 people[1].mail",
      "e-mail",
    ],
    [
      "a name that turns the reading direction",
      { people: [anna, { ...ben, givenName: "A\u202Eb" }] },
      "person p-2 people[1].givenName",
      "control",
    ],
    [
      "a name with a line break",
      { people: [anna, { ...ben, givenName: "A\nb" }] },
      "person p-2 people[1].givenName",
      "control",
    ],
    [
      "an unknown function",
      { people: [anna, { ...ben, memberships: [{ unit: "amt-12", function: "king" }] }] },
      "person p-2 people[1].memberships[0].function",
      "Invalid",
    ],
    [
      "a unit below nothing",
      { units: [city, office, { ...office, id: "x", parent: "mars" }] },
      "unit x units[2].parent",
      '"mars"',
    ],
    [
      "a membership in nothing",
      { people: [anna, { ...ben, memberships: [{ unit: "mars", function: "head" }] }] },
      "person p-2 people[1].memberships[0].unit",
      '"mars"',
    ],
    [
      "twice in the same unit",
      { people: [anna, { ...ben, memberships: [...anna.memberships, ...ben.memberships] }] },
      "person p-2 people[1].memberships[1].unit",
      "memberships[0]",
    ],
    [
      "a project without a last day",
      { projects: [{ ...project, until: "bald" }] },
      "project p projects[0].until",
      "2027-03-31",
    ],
    [
      "a last day that no calendar has",
      { projects: [{ ...project, until: "2027-02-30" }] },
      "project p projects[0].until",
      "2027-03-31",
    ],
    [
      "a partner from elsewhere",
      { projects: [{ ...project, partners: [{ server: "a.example", people: ["@x:b.example"] }] }] },
      "project p projects[0].partners[0].people[0]",
      "partner's server",
    ],
    [
      "a partner twice",
      { projects: [{ ...project, partners: [{ server: "a.example" }, { server: "a.example" }] }] },
      "project p projects[0].partners",
      "once",
    ],
    [
      "a partner server that is an address",
      { projects: [{ ...project, partners: [{ server: "https://a.example" }] }] },
      "project p projects[0].partners[0].server",
      "server's name",
    ],
  ])("%s", (_, change: object, where, words) => {
    const held = heldIn({ ...town, ...change });
    expect(held.length).toBeGreaterThan(0);
    const [first = ""] = held;
    expect(first.startsWith(`${where}: `)).toBe(true);
    expect(held.join("\n")).toContain(words);
  });

  it.each<[string, object, readonly string[]]>([
    [
      "a doubled unit",
      { units: [city, office, { ...city, id: "x" }, { ...city, id: "x" }] },
      [
        'unit x units[2].id: "x" is also in units[3]',
        'unit x units[3].id: "x" is also in units[2]',
      ],
    ],
    [
      "a doubled person, who cannot be told apart",
      { people: [anna, ben, { ...ben, mail: "b@stadt.example" }] },
      [
        'person p-2 people[1].id: "p-2" is also in people[2]',
        'person p-2 people[2].id: "p-2" is also in people[1]',
      ],
    ],
    [
      "a doubled address in other letters",
      { people: [anna, ben, { ...ben, id: "p-3", mail: ben.mail.toUpperCase() }] },
      [
        "person p-2 people[1].mail: the same address is also in people[2]",
        "person p-3 people[2].mail: the same address is also in people[1]",
      ],
    ],
    [
      "a doubled group",
      { groups: [...town.groups, ...town.groups] },
      [
        'group rat groups[0].id: "rat" is also in groups[1]',
        'group rat groups[1].id: "rat" is also in groups[0]',
      ],
    ],
  ])("of %s both are held", (_, change: object, lines) => {
    expect(heldIn({ ...town, ...change })).toEqual(lines);
  });

  it("leaves the others whole", () => {
    const { ids } = healthy({ ...town, people: [anna, ben, { ...ben, id: "p-3", mail: "x" }] });
    expect(ids).toEqual([["stadt", "amt-12"], ["p-1", "p-2"], ["rat"], []]);
  });

  it("a unit holds what hangs below it, and the places in it; its people stay people", () => {
    const units = [
      city,
      { ...office, kind: "realm" },
      { id: "abt", parent: "amt-12", kind: "division", name: "Abteilung" },
      { id: "sg", parent: "abt", kind: "section", name: "Sachgebiet" },
    ];
    const people = [
      anna,
      {
        ...ben,
        memberships: [
          { unit: "sg", function: "member" },
          { unit: "stadt", function: "guest" },
        ],
      },
    ];
    const found = healthy({ ...town, units, people });
    expect(found.ids).toEqual([["stadt"], ["p-1", "p-2"], ["rat"], []]);
    expect(found.people.map(({ memberships }) => memberships.map(({ unit }) => unit))).toEqual([
      [],
      ["stadt"],
    ]);
    expect(heldIn({ ...town, units, people }).slice(1)).toEqual([
      "unit abt units[2].parent: hangs below units[1], which cannot be used",
      "unit sg units[3].parent: hangs below units[2], which cannot be used",
    ]);
  });

  it("a group goes on without somebody who is not there, and that is told", () => {
    const groups = [{ id: "g", name: "G", lead: "p-8", members: ["p-1", "p-9", "p-1"] }];
    expect(healthy({ ...town, groups }).groups).toEqual([
      { id: "g", name: "G", lead: undefined, members: ["p-1"] },
    ]);
    expect(heldIn({ ...town, groups })).toEqual([
      'reference ? groups[0].lead: there is no person "p-8"',
      'reference ? groups[0].members[1]: there is no person "p-9"',
    ]);
  });

  it("a group goes on without somebody who is held, and that is no news", () => {
    const people = [anna, { ...ben, mail: "x" }];
    expect(healthy({ ...town, people }).groups[0]?.members).toEqual([]);
    expect(heldIn({ ...town, people })).toHaveLength(1);
  });

  it("a project loses an owner who is not there, and keeps its people and its last day", () => {
    const found = healthy({ ...town, projects: [{ ...project, owner: "p-9" }] }).projects[0];
    expect(found).toMatchObject({ owner: undefined, members: ["p-2"], until: "2027-03-31" });
  });

  it("says whose places stay: the person's, the unit's and those of the one above, the group's", () => {
    const parsed = parse({
      ...town,
      units: [...town.units, { id: "x", parent: "amt-12", kind: "realm", name: "X" }],
      people: [...town.people, { ...ben, id: "p-3", mail: "x" }, { ...ben, id: "no key" }],
      groups: [{ id: "rat", name: "", members: ["p-9"] }],
      projects: [{ ...project, id: "p", until: "" }],
    });
    expect(parsed.kind === "ok" && holdsOf(parsed.quarantined ?? [])).toEqual({
      people: new Set(["p-3"]),
      owners: new Set(["x", "amt-12", "group:rat", "project:p"]),
    });
  });

  it("names everything that is wrong at once", () => {
    const held = heldIn({
      ...town,
      units: [city, office, { ...office, id: "x", parent: "mars" }],
      people: [anna, ben, { ...ben, id: "p-3" }],
      groups: [{ id: "g", name: "G", members: ["p-9"] }],
    });
    expect(held.map((line) => line.split(": ")[0])).toEqual([
      "unit x units[2].parent",
      "person p-2 people[1].mail",
      "person p-3 people[2].mail",
      "reference ? groups[0].members[0]",
    ]);
  });
});

describe("a file that nobody can read", () => {
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
    expect(heldIn({ ...town, units: [city, office, ...units] })).toHaveLength(length);
  });

  it("are blamed on the units in them, not on what hangs below", () => {
    const below = { id: "d", parent: "b", kind: "office", name: "D" };
    expect(heldIn({ ...town, units: [city, office, ...circle, below] })).toEqual([
      'unit a units[2].parent: "a" is its own ancestor',
      'unit b units[3].parent: "b" is its own ancestor',
      'unit c units[4].parent: "c" is its own ancestor',
      "unit d units[5].parent: hangs below units[3], which cannot be used",
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
    const told = JSON.stringify([problemsOf(content), heldIn(content)]);
    expect(told.length).toBeGreaterThan(20);
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
