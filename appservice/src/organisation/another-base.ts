/** From how many known people on their absence says something. */
const TELLING = 10;
/** If fewer of them than this share are named, the answer is of somebody else. */
const LEAST_SHARE = 0.1;

/**
 * Whether an answer speaks of other people than before: a wrong search base, another town's export. Pure.
 *
 * @param before source ids of the people who have access
 * @param now source ids that the answer names
 */
export function looksLikeAnotherBase(before: readonly string[], now: readonly string[]): boolean {
  if (before.length < TELLING) return false;
  const named = new Set(now);
  const common = before.filter((id) => named.has(id)).length;
  return common < before.length * LEAST_SHARE;
}
