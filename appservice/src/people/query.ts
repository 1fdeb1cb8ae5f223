import { chunksOf } from "./fold.ts";
import { mailWord } from "./words.ts";

/** What must be found of somebody: one of the ways of reading a piece of what was typed. */
export type Term = {
  /** Any of these readings; of a reading, every word. */
  readonly readings: readonly (readonly string[])[];
  /** As it was typed, in lower case: an exact spelling goes first. */
  readonly typed: string;
};

/** Fewer letters would list people rather than find somebody. */
export const LEAST_LETTERS = 2;
/** More pieces than a name, a unit and a function have. */
const MOST_TERMS = 8;

/**
 * Reads what somebody typed into a search field.
 *
 * @returns the terms, all of which somebody must fulfil; undefined if there is too little to search for
 */
export function readQuery(text: string): readonly Term[] | undefined {
  const mail = mailWord(text);
  if (/^[^\s@]+@[^\s@]+$/.test(mail)) return [{ readings: [[mail]], typed: mail }];
  const chunks = chunksOf(text).slice(0, MOST_TERMS);
  if (!chunks.some(({ compact }) => compact.length >= LEAST_LETTERS)) return undefined;
  const phone = phoneOf(text);
  if (phone !== undefined) {
    return [{ readings: [[phone], chunks.flatMap(({ parts }) => parts)], typed: phone }];
  }
  const typed = text
    .trim()
    .toLowerCase()
    .normalize("NFC")
    .split(/[\s,;]+/);
  return chunks.map(({ compact, parts }, index) => ({
    readings: parts.length === 1 ? [[compact]] : [[compact], parts],
    typed: typed.length === chunks.length ? (typed[index] ?? compact) : compact,
  }));
}

/** A number with its prefix, however it is written; an extension alone is read like any word. */
function phoneOf(text: string): string | undefined {
  const number = text.trim();
  if (!/^[+(]?\d[\d\s()/.-]*$/.test(number) || !/[\s()/-]|^\+|^00/.test(number)) return undefined;
  const digits = number
    .replace(/^(\+|00)49/, "0")
    .replaceAll(/\D/g, "")
    .replace(/^00/, "0");
  return digits.length >= 6 ? digits : undefined;
}
