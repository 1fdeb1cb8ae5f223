import type { ErrorRequestHandler, RequestHandler, Response } from "express";
import { ERRORS } from "@klaaf/protocol";
import type { ErrorCode, Problem } from "@klaaf/protocol";
import type { Logger } from "../telemetry/index.ts";

/** An error that becomes a problem+json answer with its own code. */
export class HttpProblem extends Error {
  override readonly name = "HttpProblem";
  readonly code: ErrorCode;
  readonly errors: Problem["errors"];
  /** When to come again, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, detail?: string, errors?: Problem["errors"], retryAfterMs?: number) {
    super(detail ?? ERRORS[code].title);
    this.code = code;
    this.errors = errors;
    this.retryAfterMs = retryAfterMs;
  }
}

export function sendProblem(response: Response, problem: HttpProblem): void {
  const { status, title, retry } = ERRORS[problem.code];
  const body: Problem = {
    type: "about:blank",
    title,
    status,
    code: problem.code,
    retry,
    requestId: String(response.locals["requestId"] ?? ""),
    ...(problem.message === title ? {} : { detail: problem.message }),
    ...(problem.errors === undefined ? {} : { errors: problem.errors }),
  };
  if (problem.retryAfterMs !== undefined)
    response.set("retry-after", String(Math.ceil(problem.retryAfterMs / 1000)));
  response.status(status).type("application/problem+json").send(JSON.stringify(body));
}

export const noSuchRoute: RequestHandler = () => {
  throw new HttpProblem("not_found");
};

/** The last handler: everything that was thrown becomes an answer, never a stack trace for a person. */
export function problemHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    sendProblem(response, toProblem(error, response, log));
  };
}

function toProblem(error: unknown, response: Response, log: Logger): HttpProblem {
  if (error instanceof HttpProblem) return error;
  // What express' body parser refuses carries a status and a type.
  const status =
    typeof error === "object" && error !== null && "status" in error ? error.status : undefined;
  if (status === 413) return new HttpProblem("too_large");
  if (status === 415) return new HttpProblem("unsupported_media_type");
  if (typeof status === "number" && status >= 400 && status < 500) {
    const ofBody = "type" in Object(error);
    return new HttpProblem("bad_request", ofBody ? "The body is not readable JSON." : undefined);
  }
  log.error(
    { err: error, requestId: String(response.locals["requestId"] ?? "") },
    "request failed",
  );
  return new HttpProblem("internal");
}
