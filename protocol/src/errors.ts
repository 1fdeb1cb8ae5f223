/**
 * Every error code that crosses between appservice and client, with whether trying again later can
 * help. The words for a person are chosen in the view by code, in the reader's language; `title` is
 * the English summary that goes into problem+json (RFC 9457) and logs.
 */
export const ERRORS = {
  bad_request: { status: 400, retry: "never", title: "The request is not of the expected form." },
  unauthenticated: { status: 401, retry: "never", title: "Sign-in is needed." },
  forbidden: { status: 403, retry: "never", title: "This is not allowed for you." },
  not_found: { status: 404, retry: "never", title: "There is nothing at this address." },
  method_not_allowed: {
    status: 405,
    retry: "never",
    title: "This address does not take that method.",
  },
  conflict: { status: 409, retry: "never", title: "It is not as you saw it any more." },
  precondition_failed: {
    status: 412,
    retry: "never",
    title: "It was changed since you looked at it.",
  },
  too_large: { status: 413, retry: "never", title: "The request is too large." },
  unsupported_media_type: {
    status: 415,
    retry: "never",
    title: "The body must be JSON, and say so in Content-Type.",
  },
  idempotency_key_reused: {
    status: 422,
    retry: "never",
    title: "This Idempotency-Key was used for another request.",
  },
  too_many_requests: { status: 429, retry: "later", title: "Too many requests; wait a little." },
  internal: { status: 500, retry: "later", title: "Something went wrong on the server." },
  unavailable: { status: 503, retry: "later", title: "A part of the service is not ready yet." },
} as const satisfies Record<
  string,
  { readonly status: number; readonly retry: "never" | "later"; readonly title: string }
>;

export type ErrorCode = keyof typeof ERRORS;

/** The body of every error answer of the appservice's API: problem+json (RFC 9457) with our code. */
export type Problem = {
  readonly type: "about:blank";
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly retry: "never" | "later";
  readonly requestId: string;
  readonly detail?: string;
  /** The fields that were wrong, by JSON pointer, each with a sentence. */
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
};
