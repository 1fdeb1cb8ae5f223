/** How many tones there are; avatar.module.css has a pair of colours for each. */
export const TONES = 8;

/** A tone that is always the same for the same id (FNV-1a). */
export function toneOf(id: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let at = 0; at < id.length; at += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(at), 0x01_00_01_93);
  }
  return (hash >>> 0) % TONES;
}

/**
 * What stands on a mark: the number with which a name begins ("37 Feuerwehr" → 37; "IV Bildung" → IV),
 * else the initials of the first and the last word ("Nina Fischer" → NF).
 */
export function markOf(name: string): string {
  const number = /^(\d{1,4}(?:[./]\d{1,2})?|[IVX]{1,5})\s+\S/u.exec(name.trim())?.[1];
  if (number !== undefined) return number;
  const words = name.split(/[\s-]+/u).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  // "Mitteilungen 37" is M: a number behind is no initial.
  const capital = words.filter((word) => /^\p{Lu}/u.test(word));
  const chosen = capital.length > 0 ? capital : words;
  const initials = [chosen[0], chosen.length > 1 ? chosen.at(-1) : undefined]
    .map((word) => /^./u.exec(word ?? "")?.[0] ?? "")
    .join("");
  return initials.toLocaleUpperCase("de") || "·";
}
