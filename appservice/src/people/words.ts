import type { Person, Unit, UnitFunction, UnitKind } from "../organisation/index.ts";
import type { KnownOrganisation } from "./directory.ts";
import type { Field } from "./fields.ts";
import { chunksOf, fold, wordsOf } from "./fold.ts";
import { peopleOf } from "./visibility.ts";

export type Word = { readonly field: Field; readonly word: string };

/** What people type for a function whose title says it otherwise. */
const FUNCTION_WORDS: Readonly<Record<UnitFunction, readonly string[]>> = {
  head: ["leitung", "head"].map(fold),
  deputy: ["stellvertretung", "vertretung", "deputy"].map(fold),
  member: [],
  guest: ["gast", "extern", "guest", "external"].map(fold),
};

/** What people say before a unit's number: "Amt 37", "Abt. 371". */
const KIND_WORDS: Readonly<Record<UnitKind, readonly string[]>> = {
  city: [],
  department: ["dezernat", "department"].map(fold),
  office: ["amt", "office"].map(fold),
  division: ["abteilung", "division"].map(fold),
  section: ["sachgebiet", "sg", "section"].map(fold),
  school: ["schule", "school"].map(fold),
};

/** Gives each person's own words: what they are found by, beside their units' words. */
export function wordMaker({ groups }: KnownOrganisation): (person: Person) => readonly Word[] {
  const ofGroups = new Map<string, Word[]>();
  for (const group of groups) {
    const words = fielded("title", wordsOf(group.name));
    for (const member of peopleOf(group))
      ofGroups.set(member, [...(ofGroups.get(member) ?? []), ...words]);
  }
  // Few titles and given names, each many times.
  const known = new Map<string, readonly string[]>();
  const remembered = (text: string): readonly string[] => {
    const words = known.get(text) ?? wordsOf(text);
    known.set(text, words);
    return words;
  };
  return (person) => [
    ...familyWords(person.familyName),
    ...fielded("given", remembered(person.givenName)),
    { field: "mail", word: mailWord(person.mail) },
    ...(person.phone === undefined ? [] : phoneWords(person.phone)),
    ...(person.room === undefined ? [] : fielded("room", wordsOf(person.room))),
    ...person.memberships.flatMap(({ function: is, title }) => [
      ...fielded("title", FUNCTION_WORDS[is]),
      ...(title === undefined ? [] : fielded("title", remembered(title))),
    ]),
    ...(ofGroups.get(person.id) ?? []),
  ];
}

/** A unit's words: its number and sign, its name, and what its kind is called. */
export function wordsOfUnit({ kind, mark, name, number }: Unit): readonly Word[] {
  return [
    ...(number === undefined ? [] : fielded("unitNumber", numberWords(number))),
    ...(mark === undefined ? [] : fielded("unitNumber", numberWords(mark))),
    ...fielded("unitName", KIND_WORDS[kind]),
    ...fielded("unitName", wordsOf(name)),
  ];
}

/** A whole address as it is compared; there is no searching by a part of one. */
export const mailWord = (mail: string): string => mail.trim().toLowerCase();

function familyWords(familyName: string): readonly Word[] {
  const chunks = chunksOf(familyName);
  const whole = chunks.map(({ compact }) => compact).join("");
  if (chunks.length === 1 && chunks[0]?.parts.length === 1)
    return [{ field: "family", word: whole }];
  const parts = wordsOf(familyName).filter((word) => word !== whole);
  return [{ field: "family", word: whole }, ...fielded("familyPart", parts)];
}

/** The extension is what stands behind the last sign: "0221 221-1561" → 1561, 2211561, 02212211561. */
function phoneWords(phone: string): readonly Word[] {
  const groups = phone.replace(/^(\+|00)49/, "0").match(/\d+/g) ?? [];
  const extension = groups.at(-1);
  if (extension === undefined) return [];
  const longer = [groups.slice(-2).join(""), groups.join("").replace(/^00/, "0")];
  return [
    { field: "extension", word: extension },
    ...fielded(
      "phone",
      [...new Set(longer)].filter((word) => word !== extension),
    ),
  ];
}

/** "371/1" is found by "371/1" and by its beginning; its parts are other units' numbers. */
const numberWords = (number: string): readonly string[] =>
  chunksOf(number).map(({ compact }) => compact);

const fielded = (field: Field, words: readonly string[]): readonly Word[] =>
  words.map((word) => ({ field, word }));
