import { withoutDoubles, withProblems } from "./entries.ts";
import type { Entry } from "./entries.ts";
import type { Unit } from "./model.ts";

/** Finds units that are named twice, hang below nothing, or are their own ancestors. */
export function checkUnits(read: readonly Entry<Unit>[]): readonly Entry<Unit>[] {
  const known = new Set(read.map(({ id }) => id));
  const circles = unitsInCircles(read);
  return withProblems(
    withoutDoubles(read, "id", ({ id }) => id, JSON.stringify),
    ({ id, parent, path, value }) => {
      if (value === undefined) return [];
      if (parent === undefined) return [];
      if (!known.has(parent))
        return [{ path: `${path}.parent`, message: `there is no unit "${parent}"` }];
      return id !== undefined && circles.has(id)
        ? [{ path: `${path}.parent`, message: `"${id}" is its own ancestor` }]
        : [];
    },
  );
}

/** Takes out what hangs below a unit that cannot be used, however deep. */
export function withHangers(units: readonly Entry<Unit>[]): readonly Entry<Unit>[] {
  const below = new Map<string, Entry<Unit>[]>();
  for (const unit of units) {
    const { parent } = unit;
    if (parent === undefined) continue;
    const known = below.get(parent);
    if (known === undefined) below.set(parent, [unit]);
    else known.push(unit);
  }
  const causes = new Map<string, string>();
  const open = units.filter(({ problems }) => problems.length > 0);
  for (let unit = open.pop(); unit !== undefined; unit = open.pop()) {
    for (const one of below.get(unit.id ?? "") ?? []) {
      if (causes.has(one.path)) continue;
      causes.set(one.path, unit.path);
      open.push(one);
    }
  }
  return withProblems(units, ({ path, problems }) => {
    const cause = problems.length > 0 ? undefined : causes.get(path);
    return cause === undefined
      ? []
      : [{ path: `${path}.parent`, message: `hangs below ${cause}, which cannot be used` }];
  });
}

/** The units that are their own ancestors; what merely hangs below a circle is not among them. */
function unitsInCircles(units: readonly Entry<Unit>[]): ReadonlySet<string> {
  const parents = new Map(units.map(({ id, parent }) => [id, parent]));
  const inCircle = new Set<string>();
  const settled = new Set<string>();
  for (const start of parents.keys()) {
    const way = new Set<string>();
    let unit = start;
    while (unit !== undefined && !settled.has(unit) && !way.has(unit)) {
      way.add(unit);
      unit = parents.get(unit);
    }
    if (unit !== undefined && way.has(unit)) {
      const steps = [...way];
      for (const step of steps.slice(steps.indexOf(unit))) inCircle.add(step);
    }
    for (const step of way) settled.add(step);
  }
  return inCircle;
}
