import type { OrganisationTree } from "@klaaf/protocol";
import { markOf, titleOf } from "../organisation/index.ts";
import type { Unit } from "../organisation/index.ts";
import type { Directory } from "./directory.ts";
import { isHidden } from "./visibility.ts";
import type { Viewer } from "./visibility.ts";

export type Counts = ReadonlyMap<string, { readonly here: number; readonly withBelow: number }>;

/** Counts each unit's people. Hidden people are not counted: a count that is one more would tell of them. */
export function countPeople({ entries, organisation }: Directory): Counts {
  const parents = new Map(organisation.units.map(({ id, parent }) => [id, parent]));
  const here = new Map<string, number>();
  const withBelow = new Map<string, number>();
  for (const { person } of entries) {
    if (isHidden(person)) continue;
    const reached = new Set<string>();
    for (const { unit } of person.memberships) {
      here.set(unit, (here.get(unit) ?? 0) + 1);
      let above: string | undefined = unit;
      while (above !== undefined && !reached.has(above)) {
        reached.add(above);
        above = parents.get(above);
      }
    }
    for (const unit of reached) withBelow.set(unit, (withBelow.get(unit) ?? 0) + 1);
  }
  return new Map(
    organisation.units.map(({ id }) => [
      id,
      { here: here.get(id) ?? 0, withBelow: withBelow.get(id) ?? 0 },
    ]),
  );
}

/** The tree for a viewer: all of it for staff; for guests their own units and what stands above them, by name. */
export function treeFor(viewer: Viewer, directory: Directory, counts: Counts): OrganisationTree {
  const { organisation, spaces } = directory;
  const shown = viewer.guest ? withAncestors(viewer.units, organisation.units) : undefined;
  return {
    name: organisation.name,
    units: organisation.units
      .filter(({ id }) => shown === undefined || shown.has(id))
      .map((unit) => {
        const mine = viewer.units.has(unit.id);
        const spaceId = viewer.guest && !mine ? undefined : spaces.get(unit.id);
        const people = viewer.guest ? undefined : counts.get(unit.id);
        return {
          id: unit.id,
          ...(unit.parent === undefined ? {} : { parent: unit.parent }),
          kind: unit.kind,
          ...(unit.number === undefined ? {} : { number: unit.number }),
          name: unit.name,
          title: titleOf(unit),
          mark: markOf(unit),
          ...(spaceId === undefined ? {} : { spaceId }),
          ...(people === undefined ? {} : { people }),
          mine,
        };
      }),
  };
}

function withAncestors(own: ReadonlySet<string>, units: readonly Unit[]): ReadonlySet<string> {
  const parents = new Map(units.map(({ id, parent }) => [id, parent]));
  const shown = new Set<string>();
  for (const start of own) {
    let unit: string | undefined = start;
    while (unit !== undefined && !shown.has(unit)) {
      shown.add(unit);
      unit = parents.get(unit);
    }
  }
  return shown;
}
