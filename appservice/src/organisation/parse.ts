import { z } from "zod";
import { readYaml } from "../yaml.ts";
import type { Organisation } from "./model.ts";
import type { Problem, Quarantined } from "./problem.ts";
import { Envelope } from "./schema.ts";
import { settle } from "./settle.ts";

/** An organisation that can be used, with the entries that cannot; or why none of it can. */
export type ParsedOrganisation =
  | {
      readonly kind: "ok";
      readonly organisation: Organisation;
      readonly quarantined?: readonly Quarantined[];
    }
  | { readonly kind: "invalid"; readonly problems: readonly Problem[] };

/** Far above 20,000 people; a larger file is a mistake. */
const MOST_BYTES = 64 * 1024 * 1024;

/** How many entries may be wrong: so many in any case, else this share of all (0 to 1). */
export type WrongEntries = { readonly atLeast: number; readonly share: number };
const FEW: WrongEntries = { atLeast: 10, share: 0.05 };

/**
 * Reads an organisation file: YAML, and so JSON as well.
 *
 * @returns the organisation, beside it each entry that cannot be used and holds what depends on it; or,
 *   where the file cannot be read, is cut short, or has more wrong entries than it may, its problems
 */
export function parseOrganisation(text: string, wrongEntries = FEW): ParsedOrganisation {
  if (text.trim() === "") return invalid("", "the file is empty");
  if (text.length > MOST_BYTES) return invalid("", "the file is larger than 64 MB");
  let content: unknown;
  try {
    content = readText(text);
  } catch (error) {
    return invalid("", error instanceof Error ? error.message : String(error));
  }
  return organisationFrom(content, wrongEntries);
}

/** JSON by its own reader: 20,000 people take milliseconds, and seconds as YAML. */
function readText(text: string): unknown {
  if (/^\uFEFF?\s*\{/.test(text)) {
    try {
      return JSON.parse(text.replace(/^\uFEFF/, ""));
    } catch {
      // Braces are YAML as well; and its reader tells the place of a mistake without quoting it.
    }
  }
  return readYaml(text);
}

/** The same for what was read already, by whatever kind of source. */
export function organisationFrom(content: unknown, wrongEntries = FEW): ParsedOrganisation {
  const parsed = Envelope.safeParse(content);
  if (!parsed.success) {
    return {
      kind: "invalid",
      problems: parsed.error.issues.map((issue) => ({
        path: z.core.toDotPath(issue.path),
        message: issue.message,
      })),
    };
  }
  const cut = missingIn(parsed.data);
  if (cut.length > 0) return { kind: "invalid", problems: cut };
  const { organisation, quarantined, wrong } = settle(parsed.data);
  const { groups, people, projects, units } = parsed.data;
  const all = groups.length + people.length + projects.length + units.length;
  const most = Math.max(wrongEntries.atLeast, Math.floor(all * wrongEntries.share));
  if (wrong > most || organisation.people.length === 0 || organisation.units.length === 0) {
    return {
      kind: "invalid",
      problems: [
        {
          path: "",
          message: `${wrong} of ${all} entries are wrong: too many to go on without them`,
        },
        ...quarantined.flatMap(({ problems }) => problems),
      ],
    };
  }
  return { kind: "ok", organisation, quarantined };
}

/** Whether the file says that it holds something else than it does: then it was cut short. */
function missingIn(file: Envelope): readonly Problem[] {
  return (["units", "people"] as const).flatMap((list) => {
    const said = file.counts?.[list];
    const there = file[list].length;
    return said === undefined || said === there
      ? []
      : [
          {
            path: list,
            message: `holds ${there} entries, and counts says ${said}: it was cut short`,
          },
        ];
  });
}

function invalid(path: string, message: string): ParsedOrganisation {
  return { kind: "invalid", problems: [{ path, message }] };
}
