import type { Directory, Entry } from "./directory.ts";
import { FIELDS, isName, LEAST_OF_NAMES, LIKENESS, SAME_SPELLING, worthIn } from "./fields.ts";
import type { Field } from "./fields.ts";
import { fold } from "./fold.ts";
import { lettersOf, mayBeLike, soundsLike } from "./likeness.ts";
import type { Term } from "./query.ts";
import type { Staffing } from "./staff.ts";
import { wordMaker, wordsOfUnit } from "./words.ts";
import { fieldOf, indexOf, note, postingOf, WordTable } from "./word-table.ts";

export type SearchOptions = {
  /** Who may be found, by place in the index. */
  readonly mayFind: (index: number) => boolean;
  /** How near somebody stands to who asks: 0 elsewhere, 1 same office, 2 same unit. */
  readonly nearness: (index: number) => number;
  /** Names alone, for those who may see no more than names: else a search would tell the rest. */
  readonly namesOnly: boolean;
  readonly most: number;
};

/** Fewer answers than this, and names that only sound alike are offered too. */
const FEW = 5;

const RANKS = { head: 0, deputy: 1, member: 2, guest: 3 } as const;

/**
 * Finds people by the beginnings of words. Built once from a directory; a search touches only the
 * postings of the words that fit.
 */
export class PersonIndex {
  readonly entries: readonly Entry[];
  readonly #staffing: Staffing;
  readonly #people: WordTable;
  readonly #units: WordTable;
  /** Units whose words find those below them as well: all but the city, which is above everybody. */
  readonly #reachesDown: readonly boolean[];
  /** The words of names by their first letter, as places in `#people`. */
  readonly #nameWords = new Map<string, number[]>();
  /** The letters of each word in `#people`. */
  readonly #letters: Int32Array;
  /** Names in lower case with their own letters. */
  readonly #spelt: readonly (readonly [string, string])[];
  /** Everybody's place in the alphabet, who stands at each place, and everybody's highest function. */
  readonly #alphabet: Int32Array;
  readonly #byAlphabet: Int32Array;
  readonly #functions: Uint8Array;

  constructor(directory: Pick<Directory, "organisation" | "entries">, staffing: Staffing) {
    const { entries, organisation } = directory;
    this.entries = entries;
    this.#staffing = staffing;
    const fieldNumbers = new Map<Field, number>(FIELDS.map(({ field }, nth) => [field, nth]));
    const people = new Map<string, number[]>();
    const wordsOf = wordMaker(organisation);
    for (const [index, { person }] of entries.entries()) {
      for (const { field, word } of wordsOf(person))
        note(people, word, postingOf(index, fieldNumbers.get(field) ?? 0));
    }
    this.#people = new WordTable(people);
    const units = new Map<string, number[]>();
    for (const [place, unit] of organisation.units.entries()) {
      for (const { field, word } of wordsOfUnit(unit))
        note(units, word, postingOf(place, fieldNumbers.get(field) ?? 0));
    }
    this.#units = new WordTable(units);
    this.#reachesDown = organisation.units.map(({ kind }) => kind !== "city");
    for (const [place, word] of this.#people.words.entries()) {
      if (!this.#people.at(place).some((posting) => isName(FIELDS[fieldOf(posting)]?.field)))
        continue;
      const known = this.#nameWords.get(word.slice(0, 1));
      if (known === undefined) this.#nameWords.set(word.slice(0, 1), [place]);
      else known.push(place);
    }
    this.#letters = Int32Array.from(this.#people.words, lettersOf);
    this.#spelt = entries.map(({ person }) => [
      person.familyName.toLowerCase().normalize("NFC"),
      person.givenName.toLowerCase().normalize("NFC"),
    ]);
    this.#byAlphabet = alphabetOf(entries);
    this.#alphabet = new Int32Array(entries.length);
    for (const [place, index] of this.#byAlphabet.entries()) this.#alphabet[index] = place;
    this.#functions = Uint8Array.from(entries, ({ person }) =>
      Math.min(3, ...person.memberships.map((membership) => RANKS[membership.function])),
    );
  }

  /** @returns the places of those who fulfil every term, the best first */
  search(terms: readonly Term[], options: SearchOptions): readonly number[] {
    const found = this.#search(terms, options, false);
    if (found.length >= Math.min(FEW, options.most)) return found;
    const known = new Set(found);
    const more = this.#search(terms, options, true).filter((index) => !known.has(index));
    return [...found, ...more].slice(0, options.most);
  }

  #search(terms: readonly Term[], options: SearchOptions, likeness: boolean): readonly number[] {
    const { mayFind, most, namesOnly, nearness } = options;
    const size = this.entries.length;
    const scores = allOf(terms, (term) => this.#scoresOf(term, namesOnly, likeness));
    if (scores === undefined) return [];
    const keys: number[] = [];
    for (let index = 0; index < size; index += 1) {
      const score = scores[index] ?? 0;
      if (score === 0 || !mayFind(index)) continue;
      const rank = 3 - (this.#functions[index] ?? 0);
      const order = (score * 3 + nearness(index)) * 4 + rank;
      keys.push((order + 1) * size - 1 - (this.#alphabet[index] ?? 0));
    }
    const best = Float64Array.from(keys)
      .toSorted()
      .subarray(Math.max(0, keys.length - most));
    return Array.from(best, (key) => this.#byAlphabet[size - 1 - (key % size)] ?? 0).toReversed();
  }

  /** The best that a term finds of each person; 0: nothing. */
  #scoresOf(term: Term, namesOnly: boolean, likeness: boolean): Uint16Array {
    const best = new Uint16Array(this.entries.length);
    for (const reading of term.readings) {
      const scores = allOf(reading, (word) => this.#scoresOfWord(word, namesOnly, likeness));
      if (scores === undefined) continue;
      for (let index = 0; index < best.length; index += 1) {
        // A reading of several words counts as one.
        const score = Math.ceil((scores[index] ?? 0) / reading.length);
        if (score > (best[index] ?? 0)) best[index] = score;
      }
    }
    for (let index = 0; index < best.length; index += 1) {
      const score = best[index] ?? 0;
      if (score < LEAST_OF_NAMES) continue;
      const [family = "", given = ""] = this.#spelt[index] ?? [];
      if (family.startsWith(term.typed) || given.startsWith(term.typed))
        best[index] = score + SAME_SPELLING;
    }
    return best;
  }

  #scoresOfWord(word: string, namesOnly: boolean, likeness: boolean): Uint16Array {
    const scores = new Uint16Array(this.entries.length);
    const give = (index: number, worth: number) => {
      if (worth > (scores[index] ?? 0)) scores[index] = worth;
    };
    const worths = {
      whole: FIELDS.map(({ field }) => worthIn(field, word, true, namesOnly)),
      beginning: FIELDS.map(({ field }) => worthIn(field, word, false, namesOnly)),
    };
    this.#people.eachFrom(word, (postings, whole) => {
      const worth = whole ? worths.whole : worths.beginning;
      for (const posting of postings) give(indexOf(posting), worth[fieldOf(posting)] ?? 0);
    });
    if (!namesOnly) this.#scoreUnits(word, give);
    if (likeness) {
      const letters = lettersOf(word);
      for (const place of this.#nameWords.get(word.slice(0, 1)) ?? []) {
        if (!mayBeLike(letters, this.#letters[place] ?? 0)) continue;
        if (!soundsLike(word, this.#people.words[place] ?? "")) continue;
        for (const posting of this.#people.at(place)) {
          if (isName(FIELDS[fieldOf(posting)]?.field)) give(indexOf(posting), LIKENESS);
        }
      }
    }
    return scores;
  }

  /** "Feuerwehr" finds those of the office, and those of the fire stations below it. */
  #scoreUnits(word: string, give: (index: number, worth: number) => void): void {
    this.#units.eachFrom(word, (postings, whole) => {
      for (const posting of postings) {
        const place = indexOf(posting);
        const numbered = FIELDS[fieldOf(posting)]?.field === "unitNumber";
        const worth = worthIn(numbered ? "unitNumber" : "unitName", word, whole, false);
        for (const index of this.#staffing.here[place] ?? []) give(index, worth);
        if (this.#reachesDown[place] !== true) continue;
        const above = worthIn(numbered ? "unitNumberAbove" : "unitNameAbove", word, whole, false);
        for (const index of this.#staffing.below[place] ?? []) give(index, above);
      }
    });
  }
}

/** Adds up what each of several finds; who is missing in one is missing in all. */
function allOf<T>(many: readonly T[], scoresOf: (one: T) => Uint16Array): Uint16Array | undefined {
  let scores: Uint16Array | undefined;
  for (const one of many) {
    const next = scoresOf(one);
    if (scores === undefined) {
      scores = next;
      continue;
    }
    for (let index = 0; index < scores.length; index += 1) {
      const score = scores[index] ?? 0;
      const other = next[index] ?? 0;
      scores[index] = score === 0 || other === 0 ? 0 : score + other;
    }
  }
  return scores;
}

/** The places in the index, in the alphabet's order of names (umlauts with their base letters: DIN 5007). */
function alphabetOf(entries: readonly Entry[]): Int32Array {
  const names = entries.map(({ person, userId }, index) => ({
    index,
    name: `${fold(person.familyName)}\u0000${fold(person.givenName)}\u0000${userId}`,
  }));
  names.sort((one, other) => (one.name < other.name ? -1 : 1));
  return Int32Array.from(names, ({ index }) => index);
}
