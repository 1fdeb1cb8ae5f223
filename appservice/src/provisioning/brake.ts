import type { Action } from "./plan.ts";

/** How many may go before people are asked: so many in any case, else this share (0 to 1). */
export type BrakeLimit = { readonly atLeast: number; readonly share: number };

export type BrakeLimits = {
  /** People who lose anything at all, of the whole source. */
  readonly source: BrakeLimit;
  /** People who lose anything in one unit, of its people. */
  readonly unit: BrakeLimit;
};

/** A removal that was carried out: a person who lost a place in a unit, or (no unit) their access. */
export type Removal = { readonly userId: string; readonly unit: string | undefined };

/** Why a removal waits, in figures. */
export type BrakeCause = {
  readonly scope: "empty-source" | "source" | "unit";
  /** The unit, where it is one. */
  readonly unit?: string;
  /** People who would have lost something within a day. */
  readonly removals: number;
  readonly allowed: number;
};

/** A change that waits for people to approve it: a removal, or power that goes with one. */
export type Held = { readonly action: Action; readonly cause: BrakeCause };

export type RemovalAction = Extract<Action, { readonly kind: "lock-account" | "remove-member" }>;

/** What the brake has to know besides the plan. */
export type BrakeFacts = {
  readonly limits: BrakeLimits;
  /** What was removed within the last day, by whichever run. */
  readonly removed: readonly Removal[];
  /** The people with access now. */
  readonly people: ReadonlySet<string>;
  /** The people of a unit now. */
  readonly unitPeople: (unit: string) => ReadonlySet<string>;
  /** Whether the source named no person at all, though it did before. */
  readonly sourceIsEmpty: boolean;
};

/**
 * Parts removals into those that go ahead and those that wait: an export that was cut short must never
 * empty the city. Counted are people, over a day, whatever the number of runs; what waits in a unit
 * waits whole, since nobody can say which half of it was meant. Pure.
 */
export function brake(
  removals: readonly RemovalAction[],
  facts: BrakeFacts,
): { readonly go: readonly RemovalAction[]; readonly held: readonly Held[] } {
  const { limits, people, removed, sourceIsEmpty, unitPeople } = facts;
  const lost = new Set([...removed, ...removals].map(({ userId }) => userId));
  const allowedInSource = allowed(limits.source, union(people, lost).size);
  if (sourceIsEmpty || lost.size > allowedInSource) {
    const cause: BrakeCause = {
      scope: sourceIsEmpty ? "empty-source" : "source",
      removals: lost.size,
      allowed: sourceIsEmpty ? 0 : allowedInSource,
    };
    const locks = removals.filter(({ kind }) => kind === "lock-account");
    // One who left must be out at once, whatever else is wrong; but from nothing nobody can have left.
    const single = !sourceIsEmpty && locks.length === 1 ? locks : [];
    return {
      go: single,
      held: removals
        .filter((action) => !single.includes(action))
        .map((action) => ({ action, cause })),
    };
  }
  const causes = new Map<string, BrakeCause>();
  for (const unit of new Set(removals.flatMap((action) => action.unit ?? []))) {
    const lostHere = new Set(
      [...removed, ...removals].filter((one) => one.unit === unit).map(({ userId }) => userId),
    );
    const most = allowed(limits.unit, union(unitPeople(unit), lostHere).size);
    if (lostHere.size > most)
      causes.set(unit, { scope: "unit", unit, removals: lostHere.size, allowed: most });
  }
  const causeOf = (action: RemovalAction) =>
    action.unit === undefined ? undefined : causes.get(action.unit);
  return {
    go: removals.filter((action) => causeOf(action) === undefined),
    held: removals.flatMap((action) => {
      const cause = causeOf(action);
      return cause === undefined ? [] : [{ action, cause }];
    }),
  };
}

function allowed({ atLeast, share }: BrakeLimit, size: number): number {
  return Math.max(atLeast, Math.floor(size * share));
}

function union(one: ReadonlySet<string>, other: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...one, ...other]);
}
