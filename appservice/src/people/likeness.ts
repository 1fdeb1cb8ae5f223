/**
 * The Cologne phonetics of a folded word (Postel 1969): German names that sound alike have the same code
 * ("meier", "mayer"; "schmidt", "schmitt").
 */
export function colognePhonetics(word: string): string {
  const letters = word.match(/[a-z]/g) ?? [];
  const codes = letters.map((letter, index) =>
    codeOf(letter, letters[index - 1] ?? "", letters[index + 1] ?? "", index === 0),
  );
  const once = codes.join("").replaceAll(/(\d)\1+/g, "$1");
  return once.slice(0, 1) + once.slice(1).replaceAll("0", "");
}

function codeOf(letter: string, before: string, after: string, first: boolean): string {
  if ("aeijouy".includes(letter)) return "0";
  if (letter === "h") return "";
  if (letter === "b") return "1";
  if (letter === "p") return after === "h" ? "3" : "1";
  if (letter === "d" || letter === "t") return after !== "" && "csz".includes(after) ? "8" : "2";
  if ("fvw".includes(letter)) return "3";
  if ("gkq".includes(letter)) return "4";
  if (letter === "c") {
    if (first) return after !== "" && "ahkloqrux".includes(after) ? "4" : "8";
    if (before === "s" || before === "z") return "8";
    return after !== "" && "ahkoqux".includes(after) ? "4" : "8";
  }
  if (letter === "x") return before !== "" && "ckq".includes(before) ? "8" : "48";
  if (letter === "l") return "5";
  if (letter === "m" || letter === "n") return "6";
  return letter === "r" ? "7" : "8";
}

/**
 * How many letters two words differ by: put in, left out, replaced, or two neighbours swapped.
 *
 * @returns the number, or `most + 1` where it is larger than `most`
 */
export function distance(one: string, other: string, most: number): number {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1];
      let best = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      if (row > 1 && column > 1 && swapped)
        best = Math.min(best, (beforeLast[column - 2] ?? 0) + 1);
      current.push(best);
    }
    if (Math.min(...current) > most) return most + 1;
    beforeLast = last;
    last = current;
  }
  return Math.min(last[other.length] ?? 0, most + 1);
}

/** The letters that a word has, a bit each: two masks that differ much are words that differ much. */
export function lettersOf(word: string): number {
  let mask = 0;
  for (let place = 0; place < word.length; place += 1) mask |= 1 << (word.charCodeAt(place) & 31);
  return mask;
}

/** Whether words with these letters can be as near as `soundsLike` wants them: each change moves two bits. */
export function mayBeLike(one: number, other: number): boolean {
  let differing = one ^ other;
  let bits = 0;
  for (; differing !== 0; differing &= differing - 1) bits += 1;
  return bits <= 4;
}

/** From so many letters on a word may be misspelt. */
const LEAST_LETTERS = 4;

/** Whether somebody who wrote `typed` may have meant the name `word`; both folded. */
export function soundsLike(typed: string, word: string): boolean {
  if (typed.length < LEAST_LETTERS || typed[0] !== word[0]) return false;
  const apart = distance(typed, word, 2);
  if (apart <= 1) return true;
  return apart === 2 && colognePhonetics(typed) === colognePhonetics(word);
}
