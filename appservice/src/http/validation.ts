import type { z } from "zod";
import { HttpProblem } from "./problem.ts";

type FieldError = { readonly pointer: string; readonly detail: string };

/** Deeper than anything we take, and shallow enough for the walk below. */
const DEEPEST = 64;

/**
 * Takes a part of a request apart by its schema.
 *
 * @throws HttpProblem that names each field that is wrong
 */
export function parsePart(schema: z.ZodType, value: unknown, part: "path" | "query" | "body") {
  const unfit = unfitText(value, "", 0);
  if (unfit !== undefined) throw badRequest(part, [unfit]);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw badRequest(part, parsed.error.issues.flatMap(errorsOf));
}

const badRequest = (part: string, errors: readonly FieldError[]) =>
  new HttpProblem(
    "bad_request",
    `The ${part} of the request is not of the expected form.`,
    errors.slice(0, 100),
  );

/** A JSON pointer (RFC 6901). */
const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

function errorsOf(issue: z.core.$ZodIssue): readonly FieldError[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      pointer: pointerOf([...issue.path, key]),
      detail: "is not known here",
    }));
  }
  return [{ pointer: pointerOf(issue.path), detail: issue.message }];
}

/**
 * Text that no store takes: PostgreSQL has no null character, and half a character (a lone surrogate) is
 * none in JSON.
 */
function unfitText(value: unknown, pointer: string, depth: number): FieldError | undefined {
  if (typeof value === "string") {
    if (value.includes("\0")) return { pointer, detail: "must have no null character" };
    if (!value.isWellFormed()) return { pointer, detail: "must be well-formed text" };
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  if (depth >= DEEPEST) return { pointer, detail: "is nested too deeply" };
  for (const [key, inner] of Object.entries(value)) {
    const at = `${pointer}${pointerOf([key.toWellFormed().replaceAll("\0", "")])}`;
    const found = unfitText(key, at, depth + 1) ?? unfitText(inner, at, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
