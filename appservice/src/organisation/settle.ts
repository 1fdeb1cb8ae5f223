import { healthyOf, quarantinedOf, readEntries, withoutDoubles, withProblems } from "./entries.ts";
import type { Entry } from "./entries.ts";
import type { Group, Organisation, Person, Project, Unit } from "./model.ts";
import type { Problem, Quarantined } from "./problem.ts";
import { GroupEntry, PersonEntry, ProjectEntry, UnitEntry } from "./schema.ts";
import type { Envelope } from "./schema.ts";
import { checkUnits, withHangers } from "./units.ts";

/** What of a source can be used, and what cannot. */
export type Settled = {
  readonly organisation: Organisation;
  readonly quarantined: readonly Quarantined[];
  /** How many entries are wrong by themselves, not for hanging on one. */
  readonly wrong: number;
};

/**
 * Parts a source into the organisation that can be used and the entries that cannot: a wrong entry
 * holds what depends on it, and nothing else. A person in a unit that cannot be used stays a person;
 * a person in a unit that is not there at all is wrong, since the place was meant to be some other.
 */
export function settle(file: Envelope): Settled {
  const units = checkUnits(readEntries<Unit>("unit", "units", file.units, UnitEntry));
  const allUnits = withHangers(units);
  const unitIds = new Set(units.map(({ id }) => id));
  const healthyUnits = healthyOf(allUnits);
  const usable = new Set(healthyUnits.map(({ id }) => id));
  const people = checkPeople(
    readEntries<Person>("person", "people", file.people, PersonEntry),
    unitIds,
  );
  const healthyPeople = healthyOf(people).map((person) => ({
    ...person,
    memberships: person.memberships.filter(({ unit }) => usable.has(unit)),
  }));
  const circle = new Circle(people, healthyPeople);
  const groups = withoutDoubles(
    readEntries<Group>("group", "groups", file.groups, GroupEntry),
    "id",
    ({ id }) => id,
    JSON.stringify,
  );
  const projects = withoutDoubles(
    readEntries<Project>("project", "projects", file.projects, ProjectEntry),
    "id",
    ({ id }) => id,
    JSON.stringify,
  );
  return {
    organisation: {
      name: file.name,
      units: healthyUnits,
      people: healthyPeople,
      groups: healthyOf(groups).map((group) => ({
        ...group,
        ...(group.lead === undefined ? {} : { lead: circle.named(group.lead) }),
        members: circle.among(group.members),
      })),
      projects: healthyOf(projects).map((project) => ({
        ...project,
        owner: circle.named(project.owner),
        members: circle.among(project.members),
      })),
    },
    quarantined: [
      ...quarantinedOf(allUnits),
      ...quarantinedOf(people),
      ...quarantinedOf(groups),
      ...quarantinedOf(projects),
      ...groups.flatMap((entry) =>
        circle.strangersOf(entry, [["lead", entry.value?.lead]], entry.value?.members),
      ),
      ...projects.flatMap((entry) =>
        circle.strangersOf(entry, [["owner", entry.value?.owner]], entry.value?.members),
      ),
    ],
    wrong: [units, people, groups, projects].reduce(
      (sum, list) => sum + list.filter(({ problems }) => problems.length > 0).length,
      0,
    ),
  };
}

/** Finds people named twice, with the same address, twice in a unit, or in a unit that is not there. */
function checkPeople(
  read: readonly Entry<Person>[],
  units: ReadonlySet<string | undefined>,
): readonly Entry<Person>[] {
  const once = withoutDoubles(
    withoutDoubles(read, "id", ({ id }) => id, JSON.stringify),
    "mail",
    ({ value }) => value?.mail,
    () => "the same address",
  );
  return withProblems(once, ({ path, value }) => {
    const memberships = value?.memberships ?? [];
    return memberships.flatMap(({ unit }, nth): Problem[] => {
      const place = `${path}.memberships[${nth}].unit`;
      if (!units.has(unit)) return [{ path: place, message: `there is no unit "${unit}"` }];
      const first = memberships.findIndex((one) => one.unit === unit);
      return first < nth
        ? [{ path: place, message: `"${unit}" is already in memberships[${first}]` }]
        : [];
    });
  });
}

/** Who of those that groups and projects name is there. */
class Circle {
  readonly #known: ReadonlySet<string | undefined>;
  readonly #usable: ReadonlySet<string>;

  constructor(all: readonly Entry<Person>[], healthy: readonly Person[]) {
    this.#known = new Set(all.map(({ id }) => id));
    this.#usable = new Set(healthy.map(({ id }) => id));
  }

  named(person: string | undefined): string | undefined {
    return person !== undefined && this.#usable.has(person) ? person : undefined;
  }

  among(people: readonly string[]): readonly string[] {
    return [...new Set(people)].filter((person) => this.#usable.has(person));
  }

  /** Those it names who are nowhere: it goes on without them, but somebody should know. */
  strangersOf(
    { path, problems }: Entry<unknown>,
    fields: readonly (readonly [field: string, person: string | undefined])[],
    members: readonly string[] = [],
  ): readonly Quarantined[] {
    if (problems.length > 0) return [];
    return [
      ...fields,
      ...members.map((person, nth) => [`members[${nth}]`, person] as const),
    ].flatMap(([field, person]): Quarantined[] =>
      person === undefined || this.#known.has(person)
        ? []
        : [
            {
              kind: "reference",
              path,
              problems: [{ path: `${path}.${field}`, message: `there is no person "${person}"` }],
            },
          ],
    );
  }
}
