import type { Organisation, Unit } from "./model.ts";

/**
 * One thing that is wrong in a source, and where it is. Problems are logged: they tell of people by
 * their place in the source, never by name or address.
 */
export type Problem = { readonly path: string; readonly message: string };

/**
 * What a schema cannot see: doubled keys, references to nothing, circles. All findings at once.
 *
 * @returns an empty list if the organisation hangs together
 */
export function checkReferences(organisation: Organisation): readonly Problem[] {
  const units = new Map(organisation.units.map((unit) => [unit.id, unit]));
  const people = new Set(organisation.people.map(({ id }) => id));
  const circles = unitsInCircles(units);
  return [
    ...doubled(
      organisation.units.map(({ id }) => id),
      "units",
      "id",
    ),
    ...doubled(
      organisation.people.map(({ id }) => id),
      "people",
      "id",
    ),
    ...doubled(
      organisation.people.map(({ mail }) => mail),
      "people",
      "mail",
      () => "the same address",
    ),
    ...doubled(
      organisation.groups.map(({ id }) => id),
      "groups",
      "id",
    ),
    ...organisation.units.flatMap((unit, index): Problem[] => {
      if (unit.parent === undefined) return [];
      if (!units.has(unit.parent)) {
        return [{ path: `units[${index}].parent`, message: `there is no unit "${unit.parent}"` }];
      }
      return circles.has(unit.id)
        ? [{ path: `units[${index}].parent`, message: `"${unit.id}" is its own ancestor` }]
        : [];
    }),
    ...organisation.people.flatMap((person, index) => [
      ...person.memberships.flatMap((membership, nth): Problem[] =>
        units.has(membership.unit)
          ? []
          : [
              {
                path: `people[${index}].memberships[${nth}].unit`,
                message: `there is no unit "${membership.unit}"`,
              },
            ],
      ),
      ...doubled(
        person.memberships.map(({ unit }) => unit),
        `people[${index}].memberships`,
        "unit",
      ),
    ]),
    ...organisation.groups.flatMap((group, index) => [
      ...group.members.flatMap((member, nth): Problem[] =>
        people.has(member)
          ? []
          : [
              {
                path: `groups[${index}].members[${nth}]`,
                message: `there is no person "${member}"`,
              },
            ],
      ),
      ...doubled(group.members, `groups[${index}].members`),
    ]),
  ];
}

function doubled(
  values: readonly string[],
  list: string,
  field?: string,
  nameOf: (value: string) => string = JSON.stringify,
): Problem[] {
  const first = new Map<string, number>();
  return values.flatMap((value, index): Problem[] => {
    const before = first.get(value);
    if (before === undefined) {
      first.set(value, index);
      return [];
    }
    return [
      {
        path: `${list}[${index}]${field === undefined ? "" : `.${field}`}`,
        message: `${nameOf(value)} is already in ${list}[${before}]`,
      },
    ];
  });
}

/** The units that are their own ancestors; what merely hangs below a circle is not among them. */
function unitsInCircles(units: ReadonlyMap<string, Unit>): ReadonlySet<string> {
  const inCircle = new Set<string>();
  const settled = new Set<string>();
  for (const start of units.keys()) {
    const way = new Set<string>();
    let unit: string | undefined = start;
    while (unit !== undefined && !settled.has(unit) && !way.has(unit)) {
      way.add(unit);
      unit = units.get(unit)?.parent;
    }
    if (unit !== undefined && way.has(unit)) {
      const steps = [...way];
      for (const step of steps.slice(steps.indexOf(unit))) inCircle.add(step);
    }
    for (const step of way) settled.add(step);
  }
  return inCircle;
}
