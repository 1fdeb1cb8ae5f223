import type { Failure } from "./door.ts";

/** A failed answer of the homeserver, as far as it could be read; `status` 0: there was no answer. */
export type ServerAnswer = {
  readonly status: number;
  readonly errcode: string | undefined;
  /** Milliseconds to wait, where the server said so. */
  readonly retryAfterMs: number | undefined;
};

export const UNREACHABLE: Failure = { code: "unreachable", retry: "later" };

const BY_ERRCODE: Readonly<Record<string, Failure>> = {
  M_FORBIDDEN: { code: "forbidden", retry: "never" },
  M_UNKNOWN_TOKEN: { code: "signed-out", retry: "never" },
  M_MISSING_TOKEN: { code: "signed-out", retry: "never" },
  M_USER_LOCKED: { code: "account-locked", retry: "later" },
  M_USER_SUSPENDED: { code: "account-locked", retry: "later" },
  M_USER_DEACTIVATED: { code: "account-locked", retry: "never" },
  M_TOO_LARGE: { code: "too-large", retry: "never" },
};

/**
 * What an answer of the homeserver means for the person.
 * Source: Matrix client-server API, "Standard error response" and "Rate limiting".
 */
export function failureOf(answer: ServerAnswer): Failure {
  if (answer.status === 0) return UNREACHABLE;
  if (answer.errcode === "M_LIMIT_EXCEEDED" || answer.status === 429) {
    return {
      code: "too-many-attempts",
      retry: "later",
      ...(answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs }),
    };
  }
  const known = answer.errcode === undefined ? undefined : ownValue(BY_ERRCODE, answer.errcode);
  if (known !== undefined) return known;
  if (answer.status === 403) return { code: "forbidden", retry: "never" };
  if (answer.status === 413) return { code: "too-large", retry: "never" };
  // A proxy in front of a server that is restarting answers so.
  if (answer.status === 502 || answer.status === 503 || answer.status === 504) return UNREACHABLE;
  return { code: "unknown", retry: answer.status >= 500 ? "later" : "never" };
}

/** The same for the sign-in, where "forbidden" means that mail and password do not fit. */
export function signInFailureOf(answer: ServerAnswer): Failure {
  const failure = failureOf(answer);
  return failure.code === "forbidden" && answer.errcode === "M_FORBIDDEN"
    ? { code: "wrong-password", retry: "never" }
    : failure;
}

/**
 * Reads what a failed answer says, from its body and its Retry-After header; a body that is not JSON
 * counts as one that says nothing.
 *
 * @param header the value of Retry-After in seconds, if there was one
 */
export function readAnswer(status: number, body: unknown, header: string | null): ServerAnswer {
  const fields = isRecord(body) ? body : {};
  const errcode = fields["errcode"];
  const inBody = fields["retry_after_ms"];
  const seconds = header !== null && /^\d{1,6}$/.test(header) ? Number(header) : undefined;
  return {
    status,
    errcode: typeof errcode === "string" ? errcode : undefined,
    retryAfterMs:
      seconds !== undefined
        ? seconds * 1000
        : typeof inBody === "number" && Number.isFinite(inBody) && inBody >= 0
          ? inBody
          : undefined,
  };
}

/** Whether a value is an object whose fields can be looked at. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function ownValue<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
