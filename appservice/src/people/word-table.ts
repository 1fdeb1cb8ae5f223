/** Words in order, each with its postings: finds all words with a given beginning. */
export class WordTable {
  readonly words: readonly string[];
  readonly #postings: readonly Int32Array[];

  constructor(postings: ReadonlyMap<string, readonly number[]>) {
    this.words = [...postings.keys()].toSorted();
    this.#postings = this.words.map((word) => Int32Array.from(postings.get(word) ?? []));
  }

  at(place: number): Int32Array {
    return this.#postings[place] ?? NONE;
  }

  /** Calls back for each word that begins so. */
  eachFrom(beginning: string, found: (postings: Int32Array, whole: boolean) => void): void {
    for (let place = this.#firstFrom(beginning); place < this.words.length; place += 1) {
      const word = this.words[place] ?? "";
      if (!word.startsWith(beginning)) return;
      found(this.at(place), word === beginning);
    }
  }

  /** The place of the first word that is not before this one. */
  #firstFrom(word: string): number {
    let low = 0;
    let high = this.words.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.words[middle] ?? "") < word) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const NONE = new Int32Array();

/** A posting: who or what has a word, and in which field. */
export const FIELD_BITS = 4;
const FIELD_MASK = (1 << FIELD_BITS) - 1;
export const postingOf = (index: number, field: number): number => (index << FIELD_BITS) | field;
export const fieldOf = (posting: number): number => posting & FIELD_MASK;
export const indexOf = (posting: number): number => posting >> FIELD_BITS;

/** Adds a posting to a word's, each once in a row. */
export function note(postings: Map<string, number[]>, word: string, posting: number): void {
  if (word === "") return;
  const known = postings.get(word);
  if (known === undefined) postings.set(word, [posting]);
  else if (known.at(-1) !== posting) known.push(posting);
}
