import { beforeEach, describe, expect, it } from "vitest";
import type { PersonCaller } from "../access/index.ts";
import type { Organisation, Person } from "../organisation/index.ts";
import { organisation, person, unit } from "../testing/organisations.ts";
import type { Directory } from "./directory.ts";
import { Disclosure } from "./disclosure.ts";
import { EmployeeDoor } from "./door.ts";
import { Pace } from "./pace.ts";
import { defaultEmployeePolicy } from "./policy.ts";
import { DoorRefusal } from "./refusal.ts";

const units = [
  unit("stadt", { kind: "city", name: "Stadtverwaltung" }),
  unit("dez-1", { parent: "stadt", kind: "department", number: "I", name: "Ordnung und Recht" }),
  unit("amt-37", { parent: "dez-1", number: "37", name: "Feuerwehr" }),
  unit("abt-371", { parent: "amt-37", kind: "division", number: "371", name: "Feuerwachen" }),
  unit("amt-12", { parent: "dez-1", number: "12", name: "Amt für Informationsverarbeitung" }),
  unit("schule", { parent: "stadt", kind: "school", name: "Grundschule am Markt" }),
];

const named = (
  id: string,
  name: string,
  places: readonly string[],
  change: Partial<Person> = {},
): Person => {
  const [givenName = "", familyName = ""] = name.split(" / ");
  return person(id, places, { givenName, familyName, ...change });
};

const town = organisation(units, [
  named("anna", "Anna / Öztürk", ["amt-12"], { phone: "0221 221-1203", room: "62.561" }),
  named("head37", "Nina / Fischer", ["amt-37:head"], { phone: "0221 221-4779" }),
  named("deputy37", "Ömer / Müller", ["amt-37:deputy"]),
  named("wache", "Piet / Müller-Lüdenscheidt", ["abt-371"]),
  named("mueller", "Ute / Mueller", ["schule:head"]),
  named("muller", "Jan / Muller", ["amt-12"]),
  named("heide", "Ida / von der Heide", ["amt-12"]),
  named("mayer", "Ida / Mayer", ["schule"]),
  named("hidden", "Vera / Verborgen", ["amt-37"], { hidden: true, phone: "0221 221-9999" }),
  named("guest", "Gerd / Gast", ["amt-37:guest"], { phone: "0170 5550123" }),
  named("nobody", "Nils / Niemand", []),
  named("manfred", "Manfred / Marx", ["stadt:head"], { mail: "ob@stadt.example" }),
]);

let now: number;
let directory: Directory | undefined;
let door: EmployeeDoor;
let changed: () => void;

const asDirectory = (of: Organisation, locked: readonly string[] = []): Directory => ({
  version: `${of.people.length} ${locked.join()}`,
  organisation: of,
  entries: of.people
    .filter(({ id }) => !locked.includes(id))
    .map((one) => ({ person: one, userId: `@${one.id}:t` })),
  spaces: new Map(of.units.map(({ id }) => [id, `!${id}`])),
});

function open(options: { readonly disclosure?: Disclosure; readonly pace?: Pace } = {}): void {
  door = new EmployeeDoor({
    source: {
      current: () => directory,
      subscribe(listener) {
        changed = listener;
        return () => {};
      },
    },
    policy: () => defaultEmployeePolicy,
    now: () => now,
    pace: new Pace({ burst: 100_000, perSecond: 1 }),
    ...options,
  });
}
beforeEach(() => {
  now = 0;
  directory = asDirectory(town);
  open();
});

const as = (sourceId: string): PersonCaller => ({
  kind: "person",
  sourceId,
  userId: `@${sourceId}:t`,
  roles: [],
});
const found = (who: string, text: string): readonly string[] =>
  door
    .search(as(who), { text, page: 1, limit: 20 })
    .people.map(({ userId }) => userId.slice(1, -2));
function refusal(work: () => unknown): DoorRefusal {
  try {
    work();
  } catch (error) {
    if (error instanceof DoorRefusal) return error;
    throw error;
  }
  throw new Error("It was not refused.");
}

/** Whom somebody gets to see who searches for everything that there is. */
function everythingFor(who: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const alphabet = Array.from("abcdefghijklmnopqrstuvwxyz");
  for (const one of alphabet) {
    for (const other of ["", ...alphabet]) {
      for (const third of ["", "q"]) {
        for (const page of [1, 2, 3]) {
          try {
            const answer = door.search(as(who), {
              text: `mu${one}${other}${third}`,
              page,
              limit: 20,
            });
            for (const { userId } of answer.people) seen.add(userId);
          } catch (error) {
            if (!(error instanceof DoorRefusal)) throw error;
          }
        }
      }
    }
  }
  return seen;
}

describe("people search", () => {
  it("finds a name however its umlauts are spelt, the same spelling first", () => {
    for (const text of ["müller", "Mueller", "MULLER", "mül", "muel"])
      expect(found("anna", text).toSorted(), text).toEqual(
        ["deputy37", "mueller", "muller", "wache"].toSorted(),
      );
    expect(found("anna", "Mueller")[0]).toBe("mueller");
    expect(found("anna", "Muller")[0]).toBe("muller");
    expect(found("anna", "Müller")[0]).toBe("deputy37");
  });

  it("puts the whole family name before its part, its beginning and a given name", () => {
    expect(found("anna", "müller").at(-1)).toBe("wache");
    // "Marx" and "Mayer" begin so; "Am Markt" is the school that Mueller heads.
    expect(found("anna", "ma")).toEqual(["manfred", "mayer", "mueller"]);
  });

  it("puts people of the own unit first, then those of the own office", () => {
    directory = asDirectory(
      organisation(
        units,
        ["a:schule", "b:amt-37", "c:abt-371", "d:amt-12"].map((one) => {
          const [id = "", place = ""] = one.split(":");
          return named(id, `${id} / Kern`, [place]);
        }),
      ),
    );
    expect(found("c", "kern")).toEqual(["c", "b", "a", "d"]);
    expect(found("d", "kern")[0]).toBe("d");
  });

  it("finds several words in any order, each by its beginning", () => {
    expect(found("anna", "fis nin")).toEqual(["head37"]);
    expect(found("anna", "lüd piet")).toEqual(["wache"]);
    expect(found("anna", "von der heide")).toEqual(["heide"]);
    expect(found("anna", "heide")).toEqual(["heide"]);
    expect(found("anna", "müller-lü")).toEqual(["wache"]);
  });

  it("finds an office by number and name, its head and deputy first, with those below it", () => {
    expect(found("anna", "37")).toEqual(["head37", "deputy37", "guest", "wache"]);
    expect(found("anna", "Amt 37")).toEqual(["head37", "deputy37", "guest", "wache"]);
    expect(found("anna", "feuerwehr")).toEqual(["head37", "deputy37", "guest", "wache"]);
    expect(found("anna", "371")).toEqual(["wache"]);
    expect(found("anna", "müller 37")).toEqual(["deputy37", "wache"]);
    // The city is above everybody; its name finds those in it alone.
    expect(found("anna", "stadtverwaltung")).toEqual(["manfred"]);
  });

  it("finds by function, in what the title says and in common words", () => {
    expect(found("anna", "leitung feuer")).toEqual(["head37"]);
    expect(found("anna", "stellv")).toEqual(["deputy37"]);
    expect(found("anna", "gast 37")).toEqual(["guest"]);
  });

  it("finds groups across units by their name", () => {
    directory = asDirectory({
      ...town,
      groups: [{ id: "br", name: "Brandschutzbeauftragte", members: ["anna", "wache"] }],
    });
    expect(found("mueller", "brandschutz").toSorted()).toEqual(["anna", "wache"]);
    expect(door.card(as("mueller"), "@anna:t").groups).toEqual(["Brandschutzbeauftragte"]);
  });

  it.each([
    "1203",
    "2211203",
    "221-1203",
    "0221 221-1203",
    "0221/2211203",
    "+49 221 221-1203",
    "62.561",
    "62561",
  ])("finds the desk by %s", (text) => {
    expect(found("mueller", text)).toEqual(["anna"]);
  });

  it("finds a whole mail address, and no part of one", () => {
    expect(found("anna", "OB@stadt.example ")).toEqual(["manfred"]);
    expect(found("anna", "ob@stadt")).toEqual([]);
    expect(found("anna", "example")).toEqual([]);
  });

  it("offers names that sound alike where few are found, after those that fit", () => {
    expect(found("anna", "Meyer")).toEqual(["mayer"]);
    expect(found("anna", "Fisher")).toEqual(["head37"]);
    expect(found("anna", "Mayer")[0]).toBe("mayer");
  });

  it.each(["", " ", "a", "ä", "*", "%", "--", "a b", "\u0000", "💥"])(
    "does not search for %j, which is too short",
    (text) => {
      expect(refusal(() => found("anna", text)).reason).toBe("too-short");
    },
  );

  it("takes whatever is typed without falling over", () => {
    for (const text of [
      "(((",
      "a".repeat(5000),
      "a ".repeat(500),
      "\\ [.*",
      "﷽﷽",
      "__proto__",
      "constructor",
    ])
      expect(() => {
        try {
          found("anna", text);
        } catch (error) {
          if (!(error instanceof DoorRefusal)) throw error;
        }
      }).not.toThrow();
  });

  it("follows the directory as soon as it changes", () => {
    directory = asDirectory({ ...town, people: town.people.filter(({ id }) => id !== "mayer") });
    changed();
    expect(found("anna", "mayer")).toEqual([]);
  });
});

describe("who sees whom", () => {
  it("does not find a person who is locked, nor lets them in", () => {
    directory = asDirectory(town, ["head37"]);
    expect(found("anna", "fischer")).toEqual([]);
    expect(refusal(() => door.card(as("anna"), "@head37:t")).reason).toBe("no-such-person");
    expect(refusal(() => door.profile(as("head37"))).reason).toBe("unknown");
    expect(refusal(() => found("head37", "anna")).reason).toBe("unknown");
  });

  it("does not let in who comes with another account than the directory's", () => {
    const forged = { ...as("anna"), userId: "@head37:t" };
    expect(refusal(() => door.profile(forged)).reason).toBe("unknown");
  });

  it("shows a hidden person to staff of the same unit alone", () => {
    expect(found("head37", "verborgen")).toEqual(["hidden"]);
    for (const who of ["anna", "wache", "guest", "manfred"]) {
      expect(found(who, "verborgen"), who).toEqual([]);
      expect(refusal(() => door.card(as(who), "@hidden:t")).reason).toBe("no-such-person");
    }
    expect(found("anna", "9999")).toEqual([]);
    expect(found("hidden", "anna")).toEqual(["anna"]);
  });

  it("shows a guest the names of those in the same unit, and nothing else", () => {
    expect(found("guest", "fischer")).toEqual(["head37"]);
    expect(found("guest", "müller")).toEqual(["deputy37"]);
    expect(found("guest", "öztürk")).toEqual([]);
    // What they may not see they cannot guess by searching for it either.
    expect(found("guest", "4779")).toEqual([]);
    expect(found("guest", "37")).toEqual([]);
    const card = door.card(as("guest"), "@head37:t");
    expect(card.functions).toHaveLength(1);
    expect(Object.keys(card)).not.toContain("phone");
    expect(Object.keys(card)).not.toContain("mail");
    expect(refusal(() => door.card(as("guest"), "@anna:t")).reason).toBe("no-such-person");
  });

  it("shows a guest the functions of the shared units alone", () => {
    directory = asDirectory(
      organisation(units, [
        named("guest", "Gerd / Gast", ["amt-37:guest"]),
        named("both", "Bo / Th", ["amt-37", "amt-12:head"]),
      ]),
    );
    expect(door.card(as("guest"), "@both:t").functions.map((one) => one.unit.id)).toEqual([
      "amt-37",
    ]);
  });

  it("takes whoever has no place for a guest", () => {
    expect(found("nobody", "anna")).toEqual([]);
    expect(found("nobody", "niemand")).toEqual(["nobody"]);
  });

  it("lets a guest find those of a shared group by name", () => {
    directory = asDirectory({
      ...town,
      groups: [{ id: "bau", name: "Baustelle", members: ["guest", "anna"] }],
    });
    expect(found("guest", "anna")).toEqual(["anna"]);
    expect(door.card(as("guest"), "@anna:t")).toMatchObject({
      functions: [],
      groups: ["Baustelle"],
    });
  });

  it("says of a guest that they are one", () => {
    expect(door.card(as("anna"), "@guest:t").guest).toBe(true);
    expect(door.profile(as("anna")).guest).toBe(false);
  });

  it("never tells the directory's key", () => {
    const told = JSON.stringify([
      door.profile(as("anna")),
      door.search(as("anna"), { text: "fischer", page: 1, limit: 20 }),
      door.organisation(as("anna")),
    ])
      .replaceAll(/@\w+:t/g, "")
      .replaceAll(/"mail":"[^"]*"/g, "");
    for (const { id } of town.people) expect(told).not.toMatch(new RegExp(`"${id}"[^:]`));
  });
});

const unitOf = (who: string, id: string) =>
  door.organisation(as(who)).units.find((one) => one.id === id);

describe("the organisation's tree", () => {
  it("is whole for staff, with spaces and counts, also where they are not a member", () => {
    expect(door.organisation(as("anna")).units).toHaveLength(units.length);
    expect(unitOf("anna", "amt-37")).toEqual({
      id: "amt-37",
      parent: "dez-1",
      kind: "office",
      number: "37",
      name: "Feuerwehr",
      title: "37 Feuerwehr",
      mark: "37",
      spaceId: "!amt-37",
      people: { here: 3, withBelow: 4 },
      mine: false,
    });
    expect(unitOf("anna", "amt-12")?.mine).toBe(true);
  });

  it("counts nobody twice, and nobody who is hidden or locked", () => {
    directory = asDirectory(
      organisation(units, [
        named("a", "A / A", ["amt-37", "abt-371", "dez-1:head"]),
        named("b", "B / B", ["abt-371"], { hidden: true }),
        named("c", "C / C", ["abt-371"]),
      ]),
      ["c"],
    );
    expect(unitOf("a", "dez-1")?.people).toEqual({ here: 1, withBelow: 1 });
    expect(unitOf("a", "abt-371")?.people).toEqual({ here: 1, withBelow: 1 });
  });

  it("shows a guest their own units and the way up, without counts and other spaces", () => {
    const shown = door.organisation(as("guest")).units;
    expect(shown.map(({ id }) => id)).toEqual(["stadt", "dez-1", "amt-37"]);
    expect(shown.every(({ people }) => people === undefined)).toBe(true);
    expect(shown.flatMap(({ spaceId }) => spaceId ?? [])).toEqual(["!amt-37"]);
  });
});

describe("nobody can list everybody", () => {
  const crowd = organisation(
    units,
    Array.from({ length: 1000 }, (_, nth) => {
      const letters = nth
        .toString(26)
        .padStart(3, "0")
        .replaceAll(/\d/g, (digit) => "qrstuvwxyz"[Number(digit)] ?? "q");
      return named(`p${nth}`, `${letters} / Mu${letters}`, [nth < 30 ? "amt-12" : "amt-37"]);
    }),
  );
  beforeEach(() => {
    directory = asDirectory(crowd);
    open({ disclosure: new Disclosure({ atLeast: 20, share: 0.05, windowMs: 86_400_000 }) });
  });

  it("gives 20 a page and three pages, and no count", () => {
    const pages = [1, 2, 3].map((page) => door.search(as("p0"), { text: "mu", page, limit: 500 }));
    expect(pages.map(({ people }) => people.length)).toEqual([20, 20, 20]);
    expect(pages.map(({ next }) => next)).toEqual([2, 3, undefined]);
    expect(pages.every(({ cut }) => cut)).toBe(true);
    expect(new Set(pages.flatMap(({ people }) => people.map(({ userId }) => userId))).size).toBe(
      60,
    );
    expect(Object.keys(pages[0] ?? {}).toSorted()).toEqual(["cut", "next", "people"]);
  });

  it("shows one person 5 % of the others within a day at most, whatever they search for", () => {
    const seen = everythingFor("p0");
    const own = [...seen].filter((userId) => Number(userId.slice(2, -2)) < 30);
    expect(seen.size - own.length).toBe(50);
    // Cards are no way around it.
    const unseen = crowd.people.findLast(({ id }) => !seen.has(`@${id}:t`));
    const refused = refusal(() => door.card(as("p0"), `@${unseen?.id}:t`));
    expect(refused).toMatchObject({ reason: "seen-enough", waitMs: 86_400_000 });
  });

  it("goes on showing whom one has seen, and colleagues of the own unit", () => {
    const seen = [...everythingFor("p0")];
    for (const userId of seen) expect(door.card(as("p0"), userId).userId).toBe(userId);
    expect(door.card(as("p0"), "@p29:t").userId).toBe("@p29:t");
    now = 86_400_000;
    expect(door.card(as("p0"), "@p999:t").userId).toBe("@p999:t");
  });

  it("does not count one person's searches for another's", () => {
    everythingFor("p0");
    expect(door.card(as("p1"), "@p999:t").userId).toBe("@p999:t");
  });

  it("slows down who asks too fast, and says for how long", () => {
    open({ pace: new Pace({ burst: 3, perSecond: 2 }) });

    for (let nth = 0; nth < 3; nth += 1) found("p0", "mu");
    expect(refusal(() => found("p0", "mu"))).toMatchObject({ reason: "too-fast", waitMs: 500 });
    expect(() => found("p1", "mu")).not.toThrow();
    now = 500;
    expect(() => found("p0", "mu")).not.toThrow();
    expect(refusal(() => found("p0", "mu")).reason).toBe("too-fast");
  });
});

it("answers nothing before an organisation was accepted", () => {
  directory = undefined;
  expect(refusal(() => door.profile(as("anna"))).reason).toBe("not-ready");
});
