import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { anyOrganisation } from "../testing/organisations.ts";
import { organisationFromTables } from "./csv-source.ts";
import type { TableName } from "./csv-source.ts";
import { fileSource, fileVersion } from "./file-source.ts";
import type { Organisation } from "./model.ts";

const town = {
  "organisation.csv": "name\nMusterstadt\n",
  "units.csv":
    "id;parent;kind;number;name;mark\nstadt;;city;;Stadtverwaltung;\namt-12;stadt;office;12;Informationsverarbeitung;\n",
  "people.csv":
    "id;givenName;familyName;mail;phone;room;hidden\np-1;Anna;Schäfer;Anna.Schaefer@stadt.example;0221 221-1;A 12;\np-2;Ben;Yılmaz;ben@stadt.example;;;ja\n",
  "memberships.csv":
    "person;unit;function;title\np-1;amt-12;head;Amtsleitung\np-2;amt-12;member;\np-1;stadt;member;\n",
  "groups.csv": "id;name;members\nrat;Personalrat;p-2, p-1\n",
  "projects.csv": "id;name;owner;until;members\nwache;Neue Wache;p-1;2027-03-31;p-2\n",
} as const satisfies Record<TableName, string>;
type Tables = Partial<Record<TableName, string | Uint8Array>>;

function read(change: Tables = {}) {
  const tables = Object.entries<string | Uint8Array | undefined>({ ...town, ...change });
  return organisationFromTables(
    new Map(
      tables.flatMap(([name, content]) =>
        content === undefined
          ? []
          : [[name as TableName, typeof content === "string" ? Buffer.from(content) : content]],
      ),
    ),
  );
}
function messagesOf(change: Tables): readonly string[] {
  const parsed = read(change);
  const problems =
    parsed.kind === "invalid"
      ? parsed.problems
      : (parsed.quarantined ?? []).flatMap((entry) => entry.problems);
  return problems.map((problem) => `${problem.path}: ${problem.message}`);
}
function organisationOf(change: Tables = {}): Organisation {
  const parsed = read(change);
  if (parsed.kind === "invalid") throw new Error(JSON.stringify(parsed.problems));
  expect(parsed.quarantined).toEqual([]);
  return parsed.organisation;
}

const cell = (value: string | undefined) => `"${(value ?? "").replaceAll('"', '""')}"`;
const table = (header: string, rows: readonly (readonly (string | undefined)[])[]) =>
  [header, ...rows.map((row) => row.map(cell).join(","))].join("\n");

/** As an export would write them, every cell in quotation marks. */
const tablesOf = ({ name, people, units }: Organisation): Tables => ({
  "organisation.csv": table("name", [[name]]),
  "units.csv": table(
    "id,parent,kind,number,name,mark",
    units.map((one) => [one.id, one.parent, one.kind, one.number, one.name, one.mark]),
  ),
  "people.csv": table(
    "id,givenName,familyName,mail,phone,room",
    people.map((one) => [one.id, one.givenName, one.familyName, one.mail, one.phone, one.room]),
  ),
  "memberships.csv": table(
    "person,unit,function,title",
    people.flatMap((one) =>
      one.memberships.map((place) => [one.id, place.unit, place.function, place.title]),
    ),
  ),
  "groups.csv": "id,name\n",
  "projects.csv": "id,name,owner,until\n",
});

/** What of an organisation stands in its tables. */
const told = ({ name, people, units }: Organisation) => ({
  name,
  units: units.map((one) => [one.id, one.parent, one.kind, one.number, one.name.trim()]),
  people: people.map((one) => [one.id, one.givenName.trim(), one.mail, one.memberships]),
});

describe("tables that hang together", () => {
  it("say what an organisation file says", () => {
    expect(organisationOf()).toEqual({
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
      people: [
        {
          id: "p-1",
          givenName: "Anna",
          familyName: "Schäfer",
          mail: "anna.schaefer@stadt.example",
          phone: "0221 221-1",
          room: "A 12",
          memberships: [
            { unit: "amt-12", function: "head", title: "Amtsleitung" },
            { unit: "stadt", function: "member" },
          ],
        },
        {
          id: "p-2",
          givenName: "Ben",
          familyName: "Yılmaz",
          mail: "ben@stadt.example",
          hidden: true,
          memberships: [{ unit: "amt-12", function: "member" }],
        },
      ],
      groups: [{ id: "rat", name: "Personalrat", members: ["p-2", "p-1"] }],
      projects: [
        expect.objectContaining({
          id: "wache",
          owner: "p-1",
          members: ["p-2"],
          until: "2027-03-31",
        }),
      ],
    });
  });

  const people = town["people.csv"].replace("Yılmaz", "Öztürk");
  it.each<[string, string | Uint8Array]>([
    ["commas", people.replaceAll(";", ",")],
    ["tabulators", people.replaceAll(";", "\t")],
    ["quotation marks", people.replace("Öztürk", '"Öztürk"')],
    ["lines as Windows ends them", people.replaceAll("\n", "\r\n")],
    ["a byte order mark", `\uFEFF${people}`],
    ["Windows-1252", Buffer.from(people, "latin1")],
    ["UTF-16, as a spreadsheet saves it", Buffer.from(`\uFEFF${people}`, "utf16le")],
    ["other capitals in the header", people.replace("givenName", "GivenName")],
    ["columns in another order, and empty lines", people.replaceAll("\n", "\n\n;;;;;;\n")],
    ["no line end at the end", people.trimEnd()],
  ])("are read with %s", (_, table) => {
    const { people: found } = organisationOf({ "people.csv": table });
    expect(found.map(({ familyName }) => familyName)).toEqual(["Schäfer", "Öztürk"]);
  });

  it("may hold separators, quotation marks and line ends inside quotation marks", () => {
    const units = town["units.csv"].replace(
      "Informationsverarbeitung",
      '"IT; ""Haus, Hof""\nund Netz"',
    );
    const [, problem] = [read({ "units.csv": units }), messagesOf({ "units.csv": units })];
    expect(problem.join()).toContain("must not contain control characters (units.csv, line 4");
    const name = organisationOf({ "units.csv": units.replace("\nund", " und") }).units[1]?.name;
    expect(name).toBe('IT; "Haus, Hof" und Netz');
  });

  it("may leave out the name, groups and projects", () => {
    const { groups, name } = organisationOf({
      "organisation.csv": undefined,
      "groups.csv": undefined,
      "projects.csv": undefined,
    } as unknown as Tables);
    expect([name, groups]).toEqual(["Stadtverwaltung", []]);
  });

  it("give any organisation back as it was", () => {
    fc.assert(
      fc.property(anyOrganisation, (organisation) => {
        const sound =
          organisation.people.length > 0 &&
          [
            ...organisation.units.map(({ name }) => name),
            ...organisation.people.flatMap((one) => [one.givenName, one.familyName]),
          ].every((text) => text.trim() !== "");
        fc.pre(sound);
        expect(told(organisationOf(tablesOf(organisation)))).toEqual(told(organisation));
      }),
    );
  });
});

describe("what is wrong in a table", () => {
  const second = (from: string, to: string) => town["people.csv"].replace(from, to);

  it.each<[string, Tables, string]>([
    [
      "a cell",
      { "people.csv": second("ben@stadt.example", "ben") },
      "people[1].mail: must be an e-mail address (people.csv, line 3, column mail)",
    ],
    [
      "an empty cell that is needed",
      { "people.csv": second("Yılmaz", "") },
      "(people.csv, line 3, column familyName)",
    ],
    [
      "a unit that is not there",
      { "memberships.csv": town["memberships.csv"].replace("p-1;stadt", "p-1;stab") },
      "(memberships.csv, line 4, column unit)",
    ],
    [
      "a function that is none",
      { "memberships.csv": town["memberships.csv"].replace(";head;", ";boss;") },
      "(memberships.csv, line 2, column function)",
    ],
    [
      "a doubled key",
      { "people.csv": second("p-2", "p-1") },
      '"p-1" is also in people.csv, line 2 (people.csv, line 3, column id)',
    ],
    [
      "a member of a group that is not there",
      { "groups.csv": town["groups.csv"].replace("p-2,", "p-7,") },
      "(groups.csv, line 2, column members)",
    ],
    [
      "a place of somebody who is not there",
      { "memberships.csv": `${town["memberships.csv"]}p-9;amt-12;member;\n` },
      "memberships.csv: names nobody who is in people.csv (memberships.csv, line 5, column person)",
    ],
    [
      "a row with a cell too many",
      { "people.csv": second("Ben;", "Ben;;") },
      "has 8 cells where the header has 7 (people.csv, line 3",
    ],
    [
      "a word that is neither yes nor no",
      { "people.csv": second(";ja", ";vielleicht") },
      "(people.csv, line 3, column hidden)",
    ],
    [
      "a column that there is not",
      { "people.csv": second("phone", "telefon") },
      'people.csv: line 1: there is no column "telefon". Columns are: id, givenName',
    ],
    ["a column that is missing", { "people.csv": second(";mail;", ";room;") }, '"mail" is missing'],
    [
      "a quotation mark that is not closed",
      { "people.csv": second("Ben", '"Ben') },
      "people.csv: line 3: a quotation mark is not closed",
    ],
    ["an empty table", { "people.csv": "" }, "people.csv: is empty"],
    [
      "a table without rows",
      { "people.csv": second(/p-1[^]*/.exec(town["people.csv"])?.[0] ?? "", "") },
      "people: must not be empty",
    ],
    [
      "bytes of two encodings",
      {
        "people.csv": Buffer.concat([
          Buffer.from(town["people.csv"]),
          Buffer.from("Jäger", "latin1"),
        ]),
      },
      "people.csv: is partly UTF-8 and partly not",
    ],
    [
      "something that is no text",
      { "people.csv": Buffer.from([80, 75, 3, 4, 0, 0]) },
      "is no text",
    ],
    [
      "a table that was cut short",
      { "organisation.csv": "name;people\nMusterstadt;20000\n" },
      "holds 2 entries, and counts says 20000: it was cut short",
    ],
  ])("is told with its place: %s", (_, change, words) => {
    expect(messagesOf(change).join("\n")).toContain(words);
  });

  it("holds the one person it is about, and nobody else", () => {
    const parsed = read({ "people.csv": second("ben@stadt.example", "ben") });
    expect(parsed).toMatchObject({
      kind: "ok",
      organisation: { people: [{ id: "p-1" }] },
      quarantined: [{ kind: "person", id: "p-2" }],
    });
  });

  it("makes all of it useless where many places are of people who are not there", () => {
    const strays = Array.from({ length: 11 }, (_, nth) => `x-${nth};amt-12;member;`);
    expect(
      messagesOf({ "memberships.csv": `${town["memberships.csv"]}${strays.join("\n")}\n` }),
    ).toEqual([expect.stringContaining("one of the two was cut short")]);
  });

  it("quotes no name and no address", () => {
    const told = [
      second("ben@stadt.example", "ben yilmaz"),
      second("Ben", '"Ben'),
      second("Ben", 'B"en'),
      second("Ben;", "Ben;;"),
    ].flatMap((table) => messagesOf({ "people.csv": table }));
    expect(told.length).toBeGreaterThan(3);
    expect(told.join("\n")).not.toMatch(/ben|yılmaz|yilmaz/i);
  });
});

describe("a folder of tables", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "tables-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  function fill(name: string, tables: Readonly<Record<string, string>>): string {
    const place = path.join(folder, name);
    mkdirSync(place, { recursive: true });
    for (const [file, content] of Object.entries(tables)) {
      writeFileSync(path.join(place, file), content);
    }
    return place;
  }

  it("is a source, as is any table in it", async () => {
    const place = fill("whole", town);
    const parsed = await fileSource(place).read();
    expect(parsed).toMatchObject({ kind: "ok", organisation: { name: "Musterstadt" } });
    expect(await fileSource(path.join(place, "people.csv")).read()).toEqual(parsed);
  });

  it("has another version when one of its tables has", async () => {
    const place = fill("watched", town);
    const before = await fileVersion(place);
    expect(await fileVersion(path.join(place, "people.csv"))).toBe(before);
    fill("watched", {
      "people.csv": `${town["people.csv"]}p-3;Carla;Neu;carla@stadt.example;;;\n`,
    });
    expect(await fileVersion(place)).not.toBe(before);
    expect(await fileVersion(path.join(folder, "nowhere"))).toBe("unreadable");
  });

  it("that lacks a table, or holds one that is none, is refused", async () => {
    const { "people.csv": _, ...rest } = town;
    expect(await fileSource(fill("lacking", rest)).read()).toEqual({
      kind: "invalid",
      problems: [{ path: "people.csv", message: "is missing" }],
    });
    const misspelt = fill("misspelt", { ...town, "group.csv": "id;name\n" });
    expect(await fileSource(misspelt).read()).toMatchObject({
      kind: "invalid",
      problems: [{ path: "group.csv" }],
    });
    expect(await fileSource(path.join(folder, "nowhere")).read()).toMatchObject({
      kind: "invalid",
    });
  });
});

describe("a JSON file", () => {
  it("of 20,000 people is read in a fraction of what the same as YAML takes", async () => {
    const { parseOrganisation } = await import("./parse.ts");
    const people = Array.from({ length: 2000 }, (_, nth) => ({
      id: `p-${nth}`,
      givenName: "Anna",
      familyName: "Schäfer",
      mail: `p${nth}@stadt.example`,
      memberships: [{ unit: "stadt", function: "member" }],
    }));
    const units = [{ id: "stadt", kind: "city", name: "Stadt" }];
    const json = JSON.stringify({ version: 1, name: "Musterstadt", units, people });
    const cpuOf = (text: string): number => {
      const before = process.cpuUsage();
      expect(parseOrganisation(text).kind).toBe("ok");
      return process.cpuUsage(before).user;
    };
    // A comment makes it YAML.
    const [asJson, asYaml] = [cpuOf(json), cpuOf(`# YAML\n${json}`)];
    expect(asJson).toBeLessThan(asYaml / 2);
  });

  it("that is broken is told by line and column, without a word of it", async () => {
    const { parseOrganisation } = await import("./parse.ts");
    const parsed = parseOrganisation('{"name": "Geheim",\n "people": [}');
    expect(parsed).toMatchObject({ kind: "invalid" });
    expect(JSON.stringify(parsed)).toMatch(/line 2, column \d+/);
    expect(JSON.stringify(parsed)).not.toContain("Geheim");
  });
});
