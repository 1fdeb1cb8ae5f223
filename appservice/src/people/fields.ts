/** What a word stands for on somebody's card, and what finding it there is worth. */
export type Field =
  | "family"
  | "familyPart"
  | "given"
  | "mail"
  | "extension"
  | "phone"
  | "room"
  | "title"
  | "unitNumber"
  | "unitNumberAbove"
  | "unitName"
  | "unitNameAbove";

type Worth = {
  readonly field: Field;
  /** For the whole word, and for its beginning; 0: the beginning does not count. */
  readonly whole: number;
  readonly beginning: number;
  /** A beginning must have so many letters. */
  readonly atLeast: number;
};

/** A field's place in here is its number in a posting. */
export const FIELDS: readonly Worth[] = [
  { field: "family", whole: 100, beginning: 80, atLeast: 1 },
  { field: "familyPart", whole: 92, beginning: 74, atLeast: 1 },
  { field: "given", whole: 70, beginning: 55, atLeast: 1 },
  { field: "mail", whole: 100, beginning: 0, atLeast: 1 },
  { field: "extension", whole: 75, beginning: 20, atLeast: 2 },
  // All numbers of a house begin alike: a few digits of them say nothing.
  { field: "phone", whole: 75, beginning: 20, atLeast: 5 },
  { field: "room", whole: 50, beginning: 18, atLeast: 2 },
  { field: "title", whole: 45, beginning: 35, atLeast: 2 },
  { field: "unitNumber", whole: 60, beginning: 30, atLeast: 1 },
  { field: "unitNumberAbove", whole: 52, beginning: 22, atLeast: 1 },
  { field: "unitName", whole: 40, beginning: 30, atLeast: 2 },
  { field: "unitNameAbove", whole: 32, beginning: 20, atLeast: 2 },
];

/** A name that only sounds like what was typed. */
export const LIKENESS = 8;
/** Typed with the very letters of the name ("Mueller" finds both, and the one spelt so first). */
export const SAME_SPELLING = 4;

export const isName = (field: Field | undefined): boolean =>
  field === "family" || field === "familyPart" || field === "given";

/** Below it no name was found, whole or begun. */
export const LEAST_OF_NAMES = 55;

const WORTHS = new Map(FIELDS.map((worth) => [worth.field, worth]));

/** What it is worth to find a word, or one that begins with it, in a field. */
export function worthIn(field: Field, word: string, whole: boolean, namesOnly: boolean): number {
  const worth = WORTHS.get(field);
  if (worth === undefined || (namesOnly && !isName(field))) return 0;
  if (whole) return worth.whole;
  return word.length >= worth.atLeast ? worth.beginning : 0;
}
