import { z } from "zod";
import { readYaml } from "../yaml.ts";
import { checkReferences } from "./check.ts";
import type { Problem } from "./check.ts";
import type { Organisation } from "./model.ts";
import { OrganisationFile } from "./schema.ts";

/** An entry that cannot be used: nothing that concerns it is touched. */
export type Quarantined = {
  readonly kind: "person" | "unit" | "group" | "project";
  readonly id?: string;
  readonly problems: readonly Problem[];
};

/** Either a whole, consistent organisation, or everything that is wrong with the source. */
export type ParsedOrganisation =
  | {
      readonly kind: "ok";
      readonly organisation: Organisation;
      readonly quarantined?: readonly Quarantined[];
    }
  | { readonly kind: "invalid"; readonly problems: readonly Problem[] };

/** Far above 20,000 people; a larger file is a mistake. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Reads an organisation file: YAML, and so JSON as well. Never half an organisation: one wrong entry
 * makes the answer invalid, with every problem named by its place.
 */
export function parseOrganisation(text: string): ParsedOrganisation {
  if (text.trim() === "") return invalid("", "the file is empty");
  if (text.length > MOST_BYTES) return invalid("", "the file is larger than 64 MB");
  let content: unknown;
  try {
    content = readYaml(text);
  } catch (error) {
    return invalid("", error instanceof Error ? error.message : String(error));
  }
  const parsed = OrganisationFile.safeParse(content);
  if (!parsed.success) {
    return {
      kind: "invalid",
      problems: parsed.error.issues.map((issue) => ({
        path: z.core.toDotPath(issue.path),
        message: issue.message,
      })),
    };
  }
  const { name, units, people, groups } = parsed.data;
  const organisation: Organisation = { name, units, people, groups };
  const problems = checkReferences(organisation);
  return problems.length === 0 ? { kind: "ok", organisation } : { kind: "invalid", problems };
}

function invalid(path: string, message: string): ParsedOrganisation {
  return { kind: "invalid", problems: [{ path, message }] };
}
