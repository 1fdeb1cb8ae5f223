import type { Directory } from "./directory.ts";

/** Who is in each unit, by place in the directory's entries; and who is below it, but not in it. */
export type Staffing = {
  readonly here: readonly (readonly number[])[];
  readonly below: readonly (readonly number[])[];
};

/** Counts out each unit's people, in the order of `organisation.units`. */
export function staffingOf({
  entries,
  organisation: { units },
}: Pick<Directory, "organisation" | "entries">): Staffing {
  const places = new Map(units.map(({ id }, place) => [id, place]));
  const parents = units.map(({ parent }) =>
    parent === undefined ? undefined : places.get(parent),
  );
  const here: number[][] = units.map(() => []);
  const below: number[][] = units.map(() => []);
  for (const [index, { person }] of entries.entries()) {
    const own = new Set(person.memberships.flatMap(({ unit }) => places.get(unit) ?? []));
    const above = new Set<number>();
    for (const unit of own) {
      here[unit]?.push(index);
      for (let up = parents[unit]; up !== undefined && !above.has(up); up = parents[up]) {
        above.add(up);
        if (!own.has(up)) below[up]?.push(index);
      }
    }
  }
  return { here, below };
}
