import type { Action } from "./action.ts";

/** How many may go before people are asked: so many in any case, else this share (0 to 1). */
export type BrakeLimit = { readonly atLeast: number; readonly share: number };

export type BrakeLimits = {
  /** People who lose anything at all, of the whole source; erased accounts; rooms that change in bulk. */
  readonly source: BrakeLimit;
  /** People who lose anything in one unit, of its people. */
  readonly unit: BrakeLimit;
};

/**
 * What the brake counts: `loss` of a place (or, without owner, of access), `erasure` of an account, and
 * rooms whose `power`, `class` or `encryption` changes.
 */
export const BRAKE_KINDS = ["loss", "erasure", "power", "class", "encryption"] as const;
export type BrakeKind = (typeof BRAKE_KINDS)[number];

export const isBrakeKind = (word: string): word is BrakeKind =>
  BRAKE_KINDS.some((kind) => kind === word);

/** Something countable that was carried out. */
export type BrakeEntry = {
  readonly kind: BrakeKind;
  /** A person's Matrix ID, or a room's key. */
  readonly subject: string;
  /** The unit, group or project where a place was lost. */
  readonly owner: string | undefined;
};

/** Why a change waits, in figures. */
export type BrakeCause = {
  readonly scope: "empty-source" | "source" | "unit" | "erasure" | "rooms" | "quarantined";
  /** The unit, where it is one. */
  readonly unit?: string;
  /** Whom or what it concerns, where the scope is `rooms`. */
  readonly what?: BrakeKind;
  /** How many would have lost something, or changed, within a day. */
  readonly removals: number;
  readonly allowed: number;
};

/** A change that waits for people to approve it: a removal, or power that goes with one. */
export type Held = { readonly action: Action; readonly cause: BrakeCause };

export type RemovalAction = Extract<
  Action,
  { readonly kind: "lock-account" | "remove-member" | "leave-room" }
>;

/** What the brake has to know besides the plan. */
export type BrakeFacts = {
  readonly limits: BrakeLimits;
  /** What was done within the last day, by whichever run. */
  readonly counted: readonly BrakeEntry[];
  /** The people with access now. */
  readonly people: ReadonlySet<string>;
  /** The people of a unit, group or project now. */
  readonly ownerPeople: (owner: string) => ReadonlySet<string>;
  /** How many rooms there are. */
  readonly rooms: number;
  /** Whether the source named no person at all, though it did before. */
  readonly sourceIsEmpty: boolean;
};

export type Braked<T extends Action> = {
  readonly go: readonly T[];
  readonly held: readonly Held[];
};

/**
 * Parts removals into those that go ahead and those that wait: an export that was cut short must never
 * empty the city. Counted are people, over a day, whatever the number of runs; what waits in a unit
 * waits whole, since nobody can say which half of it was meant. Pure.
 */
export function brakeRemovals(
  removals: readonly RemovalAction[],
  facts: BrakeFacts,
): Braked<RemovalAction> {
  const { counted, limits, ownerPeople, people, sourceIsEmpty } = facts;
  const losses = counted
    .filter(({ kind }) => kind === "loss")
    .map(({ subject, owner }) => ({ userId: subject, owner }));
  const lost = new Set([...losses, ...removals].map(({ userId }) => userId));
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
  const lostIn = new Map<string, Set<string>>();
  for (const { owner, userId } of [...losses, ...removals]) {
    if (owner === undefined) continue;
    const known = lostIn.get(owner);
    if (known === undefined) lostIn.set(owner, new Set([userId]));
    else known.add(userId);
  }
  for (const owner of new Set(removals.flatMap((action) => action.owner ?? []))) {
    const lostHere = lostIn.get(owner) ?? new Set();
    const most = allowed(limits.unit, union(ownerPeople(owner), lostHere).size);
    if (lostHere.size > most)
      causes.set(owner, { scope: "unit", unit: owner, removals: lostHere.size, allowed: most });
  }
  return part(removals, (action) =>
    action.owner === undefined ? undefined : causes.get(action.owner),
  );
}

/**
 * Holds what cannot be taken back or changes the city in bulk: erasures, and changes of power, class or
 * encryption in many rooms. Counted over the same day, by the limit for the source. Pure.
 *
 * @param kindOf what of that kind an action is, and what it changes; undefined: none
 */
export function brakeBulk<T extends Action>(
  actions: readonly T[],
  kindOf: (action: T) => { readonly kind: BrakeKind; readonly subject: string } | undefined,
  { counted, limits, people, rooms }: BrakeFacts,
): Braked<T> {
  const subjects = new Map<BrakeKind, Set<string>>();
  for (const one of [...counted, ...actions.map(kindOf)]) {
    if (one === undefined || one.kind === "loss") continue;
    const known = subjects.get(one.kind);
    if (known === undefined) subjects.set(one.kind, new Set([one.subject]));
    else known.add(one.subject);
  }
  const causes = new Map<BrakeKind, BrakeCause>();
  for (const [kind, { size }] of subjects) {
    const most = allowed(limits.source, kind === "erasure" ? people.size : rooms);
    if (size > most)
      causes.set(kind, {
        ...(kind === "erasure" ? { scope: "erasure" } : { scope: "rooms", what: kind }),
        removals: size,
        allowed: most,
      });
  }
  return part(actions, (action) => {
    const kind = kindOf(action)?.kind;
    return kind === undefined ? undefined : causes.get(kind);
  });
}

/** Parts actions by whether there is a cause to wait. */
export function part<T extends Action>(
  actions: readonly T[],
  causeOf: (action: T) => BrakeCause | undefined,
): Braked<T> {
  const go: T[] = [];
  const held: Held[] = [];
  for (const action of actions) {
    const cause = causeOf(action);
    if (cause === undefined) go.push(action);
    else held.push({ action, cause });
  }
  return { go, held };
}

function allowed({ atLeast, share }: BrakeLimit, size: number): number {
  return Math.max(atLeast, Math.floor(size * share));
}

function union(one: ReadonlySet<string>, other: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...one, ...other]);
}
