import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseOrganisation } from "../../appservice/src/organisation/index.ts";
import type { Organisation } from "../../appservice/src/organisation/index.ts";
import { rolesOf } from "../../appservice/src/policy/index.ts";
import { desiredOf } from "../../appservice/src/provisioning/simulate.ts";
import { defaultPolicy } from "../../appservice/src/testing/policy.ts";
import { paths } from "../paths.ts";
import { cityText, SAMPLE } from "./city-file.ts";
import { makeCity, plainLetters } from "./city.ts";
import { signIns } from "./sign-ins.ts";
import type { SignInRole } from "./sign-ins.ts";
import { writeOrganisation } from "./write.ts";

/** No room above this is created (docs/architecture.md). */
const LARGEST_ROOM = 2000;

const sizes = [50, 300, 20_000] as const;
const texts = new Map(sizes.map((people) => [people, cityText({ people, seed: SAMPLE.seed })]));
const textOf = (people: (typeof sizes)[number]) => texts.get(people) ?? "";

function read(text: string): Organisation {
  const parsed = parseOrganisation(text);
  if (parsed.kind === "invalid") throw new Error(JSON.stringify(parsed.problems.slice(0, 5)));
  return parsed.organisation;
}

const idsOf = (seed: number) => makeCity({ people: 300, seed }).people.map(({ id }) => id);
/** Where the people of a role stand first. */
const placesOf = (role: SignInRole) =>
  signIns
    .filter((one) => one.role === role)
    .flatMap(({ person }) => person.memberships.slice(0, 1));

describe("the committed sample city", () => {
  it("is what the generator makes today", () => {
    expect(readFileSync(paths.sampleCity, "utf8")).toBe(textOf(300));
  });

  it("says how it was made, and that everybody is invented", () => {
    const head = textOf(300).split("\n").slice(0, 3).join("\n");
    expect(head).toContain(`npm run city -- --people ${SAMPLE.people} --seed ${SAMPLE.seed}`);
    expect(head).toContain("invented");
  });

  it("can be read by a person: one line each, under a heading of their unit", () => {
    const lines = textOf(300).split("\n");
    const { groups, people, projects, units } = read(textOf(300));
    expect(lines.filter((line) => line.includes("givenName:"))).toHaveLength(people.length);
    expect(lines).toContain("  # 12 Amt für Informationsverarbeitung");
    expect(lines.filter((line) => line.startsWith("  - { id: "))).toHaveLength(
      units.length + groups.length + projects.length,
    );
  });
});

describe("a generated city", () => {
  it("is the same for the same seed, and another for another", () => {
    expect(cityText({ people: 300, seed: 7 })).toBe(cityText({ people: 300, seed: 7 }));
    const other = new Set(idsOf(8));
    expect(new Set(idsOf(7).filter((id) => other.has(id)))).toEqual(
      new Set(signIns.map(({ person }) => person.id)),
    );
  });

  it("loses nothing on the way through its file", () => {
    expect(read(textOf(300))).toEqual(makeCity(SAMPLE));
  });

  it("is the same whatever the file's names need in quotes", () => {
    const names = ["true", "no", "12", "~", "a: b", "# x", "- y", "ß", 'say "hi"', "a\\b", "*a"];
    for (const name of names) {
      const city = makeCity({ people: 50, seed: 1 });
      const units = city.units.map((unit) => ({ ...unit, name }));
      const people = city.people.map((person) => ({ ...person, familyName: name }));
      expect(read(writeOrganisation({ ...city, units, people }, []))).toEqual({
        ...city,
        units,
        people,
      });
    }
  });
});

describe.each(sizes)("a city of %i people", (people) => {
  const city = read(textOf(people));
  const units = new Map(city.units.map((unit) => [unit.id, unit]));
  const byId = new Map(city.people.map((person) => [person.id, person]));

  it("has that many people, or a few more where the smallest offices need theirs", () => {
    expect(city.people.length).toBeGreaterThanOrEqual(people * 0.97);
    expect(city.people.length).toBeLessThanOrEqual(Math.max(120, people * 1.03));
  });

  it("gives everybody an address, an id and a place of their own", () => {
    expect(new Set(city.people.map(({ mail }) => mail)).size).toBe(city.people.length);
    expect(byId.size).toBe(city.people.length);
    expect(city.people.filter(({ memberships }) => memberships.length === 0)).toEqual([]);
  });

  it("spells addresses in plain letters, in places that cannot exist", () => {
    const odd = city.people.filter(
      ({ mail }) => !/^[a-z]+\.[a-z]+\d*@(stadt|schule)\.example$/.test(mail),
    );
    expect(odd).toEqual([]);
  });

  it("knows every printed sign-in, unchanged", () => {
    for (const { person } of signIns) expect(byId.get(person.id)).toEqual(person);
  });

  it.each<[SignInRole, number]>([
    ["employee", 1],
    ["head", 1],
    ["teacher", 1],
    ["admin", 2],
  ])("has for the role %s so many sign-ins: %i", (role, count) => {
    expect(signIns.filter((one) => one.role === role)).toHaveLength(count);
  });

  const functions = (role: SignInRole) =>
    placesOf(role).map(({ unit, function: is }) => [units.get(unit)?.kind, is]);

  it("puts the sign-ins where their role belongs", () => {
    expect(functions("employee")).toEqual([["office", "member"]]);
    expect(functions("head")).toEqual([["office", "head"]]);
    expect(functions("teacher")).toEqual([["school", "member"]]);
    expect(functions("admin").map(([kind]) => kind)).toEqual(["office", "office"]);
  });

  it("has two who steer Klaaf by the shipped policy, so that approvals work", () => {
    const steers = signIns.filter(({ person }) =>
      rolesOf(city, defaultPolicy, person.id).includes("administrator"),
    );
    expect(steers.map(({ role }) => role)).toEqual(["admin", "admin"]);
  });

  it("has rooms across units: of groups, one of them confidential, and of projects", () => {
    const { rooms } = desiredOf(city, defaultPolicy);
    const across = rooms.filter(({ key }) => /^(?:group|project):/.test(key));
    expect(across.map(({ entry, key }) => [key, entry])).toEqual([
      ["group:personalrat", "invitation"],
      ["group:brandschutz", "managed"],
      ["group:ersthelfer", "managed"],
      ["group:administratoren", "managed"],
      ["project:glasfaser-schulen", "managed"],
      ["project:hochwasser", "managed"],
    ]);
    expect(across.filter(({ members }) => members.length < 2)).toEqual([]);
  });

  it("has the offices that everybody knows, below a department", () => {
    for (const [id, number] of [
      ["amt-12", "12"],
      ["amt-32", "32"],
      ["amt-37", "37"],
      ["amt-40", "40"],
    ] as const) {
      const unit = units.get(id);
      expect(unit).toMatchObject({ number, kind: "office" });
      expect(units.get(unit?.parent ?? "")?.kind).toBe("department");
    }
    expect(city.units.filter(({ kind }) => kind === "school").length).toBeGreaterThanOrEqual(6);
  });

  it("has one top, and everything hangs below it", () => {
    expect(city.units.filter(({ parent }) => parent === undefined).map(({ id }) => id)).toEqual([
      "stadt",
    ]);
  });

  it("gives each unit exactly one head", () => {
    const heads = new Map<string, number>();
    for (const { memberships } of city.people)
      for (const { unit, function: is } of memberships)
        if (is === "head") heads.set(unit, (heads.get(unit) ?? 0) + 1);
    const without = city.units
      .filter(({ kind }) => people >= 300 || kind !== "division")
      .filter(({ id }) => heads.get(id) !== 1)
      .map(({ id }) => `${id}: ${heads.get(id) ?? 0}`);
    expect(without).toEqual([]);
  });

  it("makes no room or space of more than 2,000 members", () => {
    const sizesOfRooms = desiredOf(city, defaultPolicy).rooms.map(({ key, members }) => ({
      key,
      size: members.length,
    }));
    expect(sizesOfRooms.length).toBeGreaterThan(city.units.length);
    expect(sizesOfRooms.filter(({ size }) => size > LARGEST_ROOM)).toEqual([]);
  });
});

describe("names in addresses", () => {
  it.each([
    ["Müller", "mueller"],
    ["Faßbender", "fassbender"],
    ["Çelik", "celik"],
    ["Kılıç", "kilic"],
    ["Özlem", "oezlem"],
    ["O'Brien-Öztürk", "obrienoeztuerk"],
    ["İpek", "ipek"],
  ])("%s is spelt %s", (name, letters) => {
    expect(plainLetters(name)).toBe(letters);
  });
});
