/**
 * One thing that is wrong in a source, and where it is. Problems are logged: they tell of people by
 * their place in the source, never by name or address.
 */
export type Problem = { readonly path: string; readonly message: string };

/**
 * An entry that cannot be used: nothing that it concerns is touched. A `reference` is less: a group or
 * project names somebody who is not there; it goes on without them.
 */
export type Quarantined = {
  readonly kind: "person" | "unit" | "group" | "project" | "reference";
  /** Its key in the source, where that at least can be read. */
  readonly id?: string;
  /** The unit above, where it is a unit. */
  readonly parent?: string;
  /** Its place in the source: `people[17]`. */
  readonly path: string;
  readonly problems: readonly Problem[];
};

/** What nobody may lose anything of, as long as entries cannot be used. */
export type Holds = {
  /** Source ids: what they have they keep. */
  readonly people: ReadonlySet<string>;
  /** Units, `group:<id>` and `project:<id>`: whoever is in their rooms stays. */
  readonly owners: ReadonlySet<string>;
};

/**
 * What quarantined entries hold. With a unit the one above it as well, since its leads are in rooms
 * there. Whose key cannot be read holds nobody: else one nameless entry would keep all leavers.
 */
export function holdsOf(quarantined: readonly Quarantined[]): Holds {
  return {
    people: new Set(quarantined.flatMap(({ id, kind }) => (kind === "person" ? (id ?? []) : []))),
    owners: new Set(
      quarantined.flatMap(({ id, kind, parent }): readonly string[] => {
        if (kind === "unit") return [id, parent].filter((one) => one !== undefined);
        return id === undefined || (kind !== "group" && kind !== "project")
          ? []
          : [ownerOf(kind, id)];
      }),
    ),
  };
}

/** Whose room it is, by one key for units, groups and projects alike. */
export const ownerOf = (kind: "unit" | "group" | "project", id: string): string =>
  kind === "unit" ? id : `${kind}:${id}`;
