// Organisations for tests: small ones by hand, any ones by chance.
import * as fc from "fast-check";
import { FUNCTIONS, UNIT_KINDS } from "../organisation/index.ts";
import type { Organisation, Person, Unit, UnitFunction } from "../organisation/index.ts";

/** An office, or whatever kind it is told to be. */
export function unit(id: string, change: Partial<Unit> = {}): Unit {
  return { id, kind: "office", name: `Amt ${id}`, ...change };
}

/** Somebody with places such as `12` (member) or `12:head`. */
export function person(
  id: string,
  places: readonly string[],
  change: Partial<Person> = {},
): Person {
  const functions = new Map(FUNCTIONS.map((name) => [name as string, name]));
  return {
    id,
    givenName: id,
    familyName: "Muster",
    mail: `${id}@stadt.example`,
    memberships: places.map((place) => {
      const [at = "", as = "member"] = place.split(":");
      return { unit: at, function: functions.get(as) ?? "member" };
    }),
    ...change,
  };
}

export function organisation(units: readonly Unit[], people: readonly Person[]): Organisation {
  return { name: "Musterstadt", units, people, groups: [], projects: [] };
}

const word = fc.string({
  minLength: 1,
  maxLength: 12,
  unit: fc.constantFrom("a", "ä", "b", "ß", "ﬃ", "I", " ", "-"),
});

/** Any consistent organisation of a few units and people; ids repeat from one to the next. */
export const anyOrganisation: fc.Arbitrary<Organisation> = fc
  .record({
    units: fc.array(
      fc.record({
        // Index of the parent among the units before it; beyond them: at the top.
        parent: fc.nat(8),
        kind: fc.constantFrom(...UNIT_KINDS),
        name: word,
        numbered: fc.boolean(),
      }),
      { minLength: 1, maxLength: 7 },
    ),
    people: fc.uniqueArray(
      fc.record({
        id: fc.nat(12),
        givenName: word,
        familyName: word,
        places: fc.uniqueArray(
          fc.record({ unit: fc.nat(8), function: fc.constantFrom<UnitFunction>(...FUNCTIONS) }),
          { maxLength: 3, selector: (place) => place.unit },
        ),
      }),
      { minLength: 1, maxLength: 8, selector: ({ id }) => id },
    ),
    groups: fc.uniqueArray(
      fc.record({
        // One that the shipped policy makes confidential is among them.
        id: fc.constantFrom("g-0", "g-1", "personalrat"),
        lead: fc.nat(15),
        members: fc.uniqueArray(fc.nat(12), { maxLength: 5 }),
      }),
      { maxLength: 3, selector: ({ id }) => id },
    ),
    projects: fc.uniqueArray(
      fc.record({
        id: fc.nat(2),
        owner: fc.nat(15),
        members: fc.uniqueArray(fc.nat(12), { maxLength: 4 }),
        until: fc.constantFrom("2020-01-31", "2099-12-31"),
      }),
      { maxLength: 2, selector: ({ id }) => id },
    ),
  })
  .map(({ groups, people, projects, units }) => {
    const known = new Set(people.map(({ id }) => id));
    const among = (ids: readonly number[]) =>
      ids.filter((id) => known.has(id)).map((id) => `p-${id}`);
    const whole = organisation(
      units.map(({ parent, kind, name, numbered }, index) => ({
        id: `u-${index}`,
        ...(parent < index ? { parent: `u-${parent}` } : {}),
        kind,
        name,
        ...(numbered ? { number: String(10 + index) } : {}),
      })),
      people.map(({ id, givenName, familyName, places }) => ({
        id: `p-${id}`,
        givenName,
        familyName,
        mail: `p-${id}@stadt.example`,
        memberships: places
          .filter((place) => place.unit < units.length)
          .map((place) => ({ unit: `u-${place.unit}`, function: place.function })),
      })),
    );
    return {
      ...whole,
      groups: groups.map(({ id, lead, members }) => ({
        id,
        name: id,
        lead: among([lead])[0],
        members: among(members),
      })),
      projects: projects.map(({ id, members, owner, until }) => ({
        id: `pr-${id}`,
        name: `Projekt ${id}`,
        owner: among([owner])[0],
        members: among(members),
        until,
        partners: [{ server: "partner.example", people: ["@petra:partner.example"] }],
      })),
    };
  });
