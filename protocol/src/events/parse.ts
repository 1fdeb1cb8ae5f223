import { z } from "zod";
import type { Parsed } from "./parsed.ts";

const Versioned = z.looseObject({ version: z.number().int().positive() });

/**
 * Makes the `parse` of one event type: checks the version before the schema, so that content from a
 * newer release is told apart from broken content.
 *
 * @param version the version this release writes
 * @param schema the content of that version
 */
export function versionedParser<T>(
  version: number,
  schema: z.ZodType<T>,
): (content: unknown) => Parsed<T> {
  return (content) => {
    const versioned = Versioned.safeParse(content);
    if (!versioned.success) return { kind: "invalid", reason: "no integer version" };
    if (versioned.data.version > version) {
      return { kind: "unknown-version", version: versioned.data.version };
    }
    const parsed = schema.safeParse(content);
    return parsed.success
      ? { kind: "ok", value: parsed.data }
      : { kind: "invalid", reason: z.prettifyError(parsed.error) };
  };
}
