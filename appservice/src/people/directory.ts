import type { Organisation, Person } from "../organisation/index.ts";

/** Of an organisation what the door knows. */
export type KnownOrganisation = Pick<Organisation, "name" | "units" | "people" | "groups">;

/** An organisation, and those of the one before who are not in it but have access still. */
export function withThoseWhoStay(
  { name, units, people, groups }: KnownOrganisation,
  before: KnownOrganisation | undefined,
  hasAccess: (sourceId: string) => boolean,
): KnownOrganisation {
  const known = new Set(people.map(({ id }) => id));
  const staying = (before?.people ?? []).filter(({ id }) => !known.has(id) && hasAccess(id));
  return { name, units, people: [...people, ...staying], groups };
}

/** Somebody who has an account that is in use: not before it was made, and not while it is locked. */
export type Entry = { readonly person: Person; readonly userId: string };

/** The accepted organisation, and what was made of it on the homeserver. */
export type Directory = {
  /** Changes with everything in here. */
  readonly version: string;
  readonly organisation: KnownOrganisation;
  readonly entries: readonly Entry[];
  /** The Matrix room of each unit's space, by unit, where it was made. */
  readonly spaces: ReadonlyMap<string, string>;
};

/** Where the door gets its directory from. */
export interface DirectorySource {
  /** The newest directory; undefined before a source was accepted for the first time. */
  current(): Directory | undefined;
  /** Calls back after each change. Returns how to end that. */
  subscribe(listener: () => void): () => void;
}
