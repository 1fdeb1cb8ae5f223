import { z } from "zod";
import type { Problem, Quarantined } from "./problem.ts";
import { Key } from "./schema.ts";

/** One entry of a list of the source, as far as it could be read. */
export type Entry<T> = {
  readonly kind: Exclude<Quarantined["kind"], "reference">;
  readonly path: string;
  readonly id: string | undefined;
  readonly parent: string | undefined;
  /** Undefined if it is not what it should be. */
  readonly value: T | undefined;
  readonly problems: readonly Problem[];
};

const WithId = z.looseObject({ id: Key });
const WithParent = z.looseObject({ parent: Key });

/** Reads each entry of a list by itself, so that a wrong one does not spoil the others. */
export function readEntries<T extends { readonly id: string }>(
  kind: Entry<T>["kind"],
  list: string,
  content: readonly unknown[],
  schema: z.ZodType<T>,
): readonly Entry<T>[] {
  return content.map((one, index) => {
    const path = `${list}[${index}]`;
    const parsed = schema.safeParse(one);
    const known = {
      kind,
      path,
      id: WithId.safeParse(one).data?.id,
      parent: kind === "unit" ? WithParent.safeParse(one).data?.parent : undefined,
    };
    if (parsed.success) return { ...known, value: parsed.data, problems: [] };
    return {
      ...known,
      value: undefined,
      problems: parsed.error.issues.map((issue) => ({
        path: placeIn(path, issue.path),
        message: issue.message,
      })),
    };
  });
}

function placeIn(path: string, within: readonly PropertyKey[]): string {
  const rest = z.core.toDotPath(within);
  return rest === "" || rest.startsWith("[") ? `${path}${rest}` : `${path}.${rest}`;
}

/** Adds what a look at the other entries has found. */
export function withProblems<T>(
  entries: readonly Entry<T>[],
  find: (entry: Entry<T>) => readonly Problem[],
): readonly Entry<T>[] {
  return entries.map((entry) => {
    const found = find(entry);
    return found.length === 0 ? entry : { ...entry, problems: [...entry.problems, ...found] };
  });
}

/**
 * Finds what may be there only once: of two entries with the same key nobody can say which is meant, so
 * each is told of the other.
 */
export function withoutDoubles<T>(
  entries: readonly Entry<T>[],
  field: string,
  valueOf: (entry: Entry<T>) => string | undefined,
  nameOf: (value: string) => string,
): readonly Entry<T>[] {
  const places = new Map<string, string[]>();
  for (const entry of entries) {
    const value = valueOf(entry);
    if (value === undefined) continue;
    const known = places.get(value);
    if (known === undefined) places.set(value, [entry.path]);
    else known.push(entry.path);
  }
  return withProblems(entries, (entry) => {
    const value = valueOf(entry);
    const all = value === undefined ? [] : (places.get(value) ?? []);
    if (value === undefined || all.length < 2) return [];
    const other = all.find((path) => path !== entry.path) ?? "";
    return [{ path: `${entry.path}.${field}`, message: `${nameOf(value)} is also in ${other}` }];
  });
}

/** What can be used of a list. */
export const healthyOf = <T>(entries: readonly Entry<T>[]): readonly T[] =>
  entries.flatMap(({ problems, value }) =>
    problems.length === 0 && value !== undefined ? [value] : [],
  );

/** What cannot. */
export const quarantinedOf = <T>(entries: readonly Entry<T>[]): readonly Quarantined[] =>
  entries
    .filter(({ problems }) => problems.length > 0)
    .map(({ id, kind, parent, path, problems }) => ({
      kind,
      ...(id === undefined ? {} : { id }),
      ...(parent === undefined ? {} : { parent }),
      path,
      problems,
    }));
