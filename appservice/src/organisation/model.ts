/** What kind of part of the administration a unit is; policy chooses its rooms by it. */
export const UNIT_KINDS = [
  "city",
  "department",
  "office",
  "division",
  "section",
  "school",
] as const;
export type UnitKind = (typeof UNIT_KINDS)[number];

/** What somebody is in a unit; power in its rooms follows from it. */
export const FUNCTIONS = ["head", "deputy", "member", "guest"] as const;
export type UnitFunction = (typeof FUNCTIONS)[number];

/** A part of the administration: a Dezernat, Amt, Abteilung, Sachgebiet, a school. */
export type Unit = {
  /** Immutable key in its source; never a name. */
  readonly id: string;
  readonly parent?: string | undefined;
  readonly kind: UnitKind;
  /** What people know it by: "37". */
  readonly number?: string | undefined;
  readonly name: string;
  /** Short sign for rails and pictures, where the number is not it. */
  readonly mark?: string | undefined;
};

export type Membership = {
  readonly unit: string;
  readonly function: UnitFunction;
  /** What it says on the door: "Amtsleitung". */
  readonly title?: string | undefined;
};

export type Person = {
  /** Immutable key in its source (entryUUID, objectGUID, SCIM id); never mail or name. */
  readonly id: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly mail: string;
  readonly phone?: string | undefined;
  readonly room?: string | undefined;
  /** Found by colleagues of the same unit alone. */
  readonly hidden?: boolean | undefined;
  readonly memberships: readonly Membership[];
};

/** People across units: staff council, fire-prevention officers. */
export type Group = {
  /** Immutable key in its source; never a name. */
  readonly id: string;
  readonly name: string;
  /** Short sign for rails and pictures. */
  readonly mark?: string | undefined;
  /** Who leads it, by key; in it whether or not the members name them. */
  readonly lead?: string | undefined;
  /** People by key. */
  readonly members: readonly string[];
};

/** People of another homeserver who work on a project. */
export type Partner = {
  /** Its homeserver's name. */
  readonly server: string;
  /** Matrix IDs on that server. */
  readonly people: readonly string[];
};

/** Work that ends: people across units, and partners of other houses. */
export type Project = {
  /** Immutable key in its source; never a name. */
  readonly id: string;
  readonly name: string;
  readonly topic?: string | undefined;
  readonly mark?: string | undefined;
  /** Who answers for it, by key; undefined where the source names somebody who is not there. */
  readonly owner?: string | undefined;
  /** People by key. */
  readonly members: readonly string[];
  /** Its last day, as ISO date: 2027-03-31. */
  readonly until: string;
  readonly partners: readonly Partner[];
};

export type Organisation = {
  readonly name: string;
  readonly units: readonly Unit[];
  readonly people: readonly Person[];
  readonly groups: readonly Group[];
  readonly projects: readonly Project[];
};

export function displayNameOf(person: Pick<Person, "givenName" | "familyName">): string {
  return `${person.givenName} ${person.familyName}`;
}

/** "37 Feuerwehr": how people call a unit. */
export function titleOf(unit: Pick<Unit, "number" | "name">): string {
  return unit.number === undefined ? unit.name : `${unit.number} ${unit.name}`;
}

const STOP_WORDS = new Set([
  "und",
  "für",
  "der",
  "die",
  "das",
  "am",
  "im",
  "an",
  "in",
  "of",
  "the",
  "and",
]);

/** The sign for rails and pictures: its own, its number, or the initials of its name (at most three). */
export function markOf(unit: Pick<Unit, "number" | "name" | "mark">): string {
  if (unit.mark !== undefined) return unit.mark;
  if (unit.number !== undefined) return unit.number;
  const words = unit.name.split(/[\s-]+/).filter((word) => word !== "");
  const telling = words.filter((word) => !STOP_WORDS.has(word.toLowerCase()));
  return (telling.length === 0 ? words : telling).slice(0, 3).map(initialOf).join("");
}

/** One character, even where the capital of a letter is spelt in several ("ß", ligatures). */
function initialOf(word: string): string {
  const [first = ""] = word;
  const [capital = ""] = first.toUpperCase();
  return capital;
}
