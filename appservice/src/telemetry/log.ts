import { pino } from "pino";
import type { DestinationStream, Logger } from "pino";

/** What never reaches a log: tokens, passwords, what people wrote, and who they are. */
export const SECRET_FIELDS: readonly string[] = [
  "access_token",
  "actToken",
  "asToken",
  "as_token",
  "authorization",
  "body",
  "content",
  "displayName",
  "displayname",
  "familyName",
  "formatted_body",
  "givenName",
  "hsToken",
  "hs_token",
  "mail",
  "password",
  "phone",
  "token",
];
const secret = new Set(SECRET_FIELDS);
const LEFT_OUT = "[left out]";

/** For a child logger's own fields, which pino hands to no formatter: up to three levels down. */
const PATHS = SECRET_FIELDS.flatMap((field) =>
  ["", "*.", "*.*.", "*.*.*."].map((way) => `${way}${field}`),
);

/** A copy to log, without what is secret at any depth: paths of a fixed depth would miss the next level. */
function withoutSecrets(value: unknown, above: readonly object[] = []): unknown {
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  if (above.includes(value)) return "[circle]";
  const way = [...above, value];
  if (Array.isArray(value)) return value.map((one) => withoutSecrets(one, way));
  const entries: [string, unknown][] = Object.entries(value).map(([key, inner]) => [
    key,
    secret.has(key) ? LEFT_OUT : withoutSecrets(inner, way),
  ]);
  // What says most about an error is not enumerable.
  const told: [string, unknown][] =
    value instanceof Error
      ? [
          ["type", value.name],
          ["message", value.message],
          ["stack", value.stack],
          ...(value.cause === undefined
            ? []
            : [["cause", withoutSecrets(value.cause, way)] as [string, unknown]]),
        ]
      : [];
  return Object.fromEntries([...told, ...entries]);
}

function fieldsOf(given: object): Record<string, unknown> {
  const copy = withoutSecrets(given);
  return typeof copy === "object" && copy !== null ? { ...copy } : {};
}

/** Makes the log of a process: JSON lines, secrets left out. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { service: "appservice" },
    serializers: { err: withoutSecrets },
    formatters: { log: fieldsOf },
    redact: { paths: PATHS, censor: LEFT_OUT },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

export type { Logger } from "pino";
