/** The one stretch in which two lists differ: `remove` entries from `at` on give way to `insert`. */
export type ListPatch<T> = {
  readonly at: number;
  readonly remove: number;
  readonly insert: readonly T[];
};

/**
 * What has to be told to somebody who has `before` so that they have `after`. Entries count as the same
 * only by identity, so the cost is one comparison an entry.
 */
export function diffList<T>(before: readonly T[], after: readonly T[]): ListPatch<T> {
  const shorter = Math.min(before.length, after.length);
  let at = 0;
  while (at < shorter && before[at] === after[at]) at += 1;
  let tail = 0;
  while (
    tail < shorter - at &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  ) {
    tail += 1;
  }
  return {
    at,
    remove: before.length - at - tail,
    insert: after.slice(at, after.length - tail),
  };
}

/**
 * The list after the patch. What was there before under the same key with the same content keeps its
 * identity (a move comes as removal and insertion), so that its row need not be painted again.
 */
export function applyList<T extends object>(
  before: readonly T[],
  patch: ListPatch<T>,
  keyOf: (entry: T) => string,
): readonly T[] {
  if (patch.remove === 0 && patch.insert.length === 0) return before;
  const removed = new Map(
    before.slice(patch.at, patch.at + patch.remove).map((entry) => [keyOf(entry), entry]),
  );
  const insert = patch.insert.map((entry) => {
    const known = removed.get(keyOf(entry));
    return known !== undefined && sameContent(known, entry) ? known : entry;
  });
  return [...before.slice(0, patch.at), ...insert, ...before.slice(patch.at + patch.remove)];
}

/** The list `after`, with those entries of `before` that say the same; `before` itself if all do. */
export function adoptList<T extends object>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (entry: T) => string,
): readonly T[] {
  const adopted = applyList(before, { at: 0, remove: before.length, insert: after }, keyOf);
  const { remove, insert } = diffList(before, adopted);
  return remove === 0 && insert.length === 0 ? before : adopted;
}

/** Whether two plain values say the same, all the way down. */
export function sameContent(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = Object.entries(a);
  if (left.length !== Object.keys(b).length) return false;
  const right = new Map<string, unknown>(Object.entries(b));
  return left.every(([key, value]) => right.has(key) && sameContent(value, right.get(key)));
}
