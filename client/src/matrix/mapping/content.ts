import { isRecord } from "../failure.ts";

/** The longest a name or topic may become on the screen; what is longer is somebody's mischief. */
const LONGEST_LABEL = 256;

/** A field of an event's content if it is a string; anything else counts as absent. */
export function stringIn(content: unknown, field: string): string | undefined {
  const value = isRecord(content) ? content[field] : undefined;
  return typeof value === "string" ? value : undefined;
}

/** A field of an event's content if it is a whole number that the specification allows. */
export function integerIn(content: unknown, field: string): number | undefined {
  const value = isRecord(content) ? content[field] : undefined;
  return typeof value === "number" && Number.isSafeInteger(value) ? value : undefined;
}

/** A field of an event's content if it is an object; otherwise an empty one. */
export function recordIn(content: unknown, field: string): Readonly<Record<string, unknown>> {
  const value = isRecord(content) ? content[field] : undefined;
  return isRecord(value) ? value : {};
}

/**
 * A name, title or topic as one line that cannot disturb what stands around it: without control
 * characters and without the marks that turn the direction of the text behind them.
 */
export function label(text: string | undefined): string {
  if (text === undefined) return "";
  const line = text
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .replaceAll(/[\u200E\u200F\u061C\u202A-\u202E\u2066-\u2069]/g, "")
    .trim();
  // By code points: half a character would be shown as a box.
  return line.length <= LONGEST_LABEL
    ? line
    : `${Array.from(line)
        .slice(0, LONGEST_LABEL - 1)
        .join("")}…`;
}
