import { ERRORS } from "@klaaf/protocol";
import { z } from "zod";
import { createDocument } from "zod-openapi";
import { IDEMPOTENCY_KEY } from "./idempotency.ts";
import type { AnswerSpec, Route } from "./route.ts";

const codes = Object.keys(ERRORS);

/** problem+json (RFC 9457), as every error answer is. */
const ProblemBody = z
  .object({
    type: z.literal("about:blank"),
    title: z.string(),
    status: z.number(),
    code: z.enum(codes),
    retry: z.enum(["never", "later"]),
    requestId: z.string(),
    detail: z.string().optional(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: "Problem" });

/** What every route may answer, besides its own. */
const ERROR_STATUSES: Readonly<Record<number, string>> = {
  400: "The request is not of the expected form; `errors` names the fields.",
  401: "Sign-in is needed.",
  403: "This is not allowed for the caller.",
  404: "There is no such thing.",
  405: "This address does not take that method; `Allow` says which it does.",
  409: "It is not as you saw it any more.",
  429: "Too many requests; `Retry-After` says when to come again.",
  500: "Something went wrong on the server.",
  503: "A part of the service is not ready yet.",
};
/** What else a route may answer that changes something. */
const CHANGE_STATUSES: Readonly<Record<number, string>> = {
  412: "It was changed since you looked at it (`If-Match`).",
  413: "The request is too large.",
  415: "The body is no JSON.",
  422: "This `Idempotency-Key` was used for another request.",
};

const headers = {
  idempotencyKey: z.string().regex(IDEMPOTENCY_KEY).optional().meta({
    description: "The same key, the same request: it is done once, and answered alike for a day",
  }),
  ifNoneMatch: z
    .string()
    .optional()
    .meta({ description: "`ETag`s that you have: 304 if one still holds" }),
  ifMatch: z
    .string()
    .optional()
    .meta({ description: "The `ETag` of what you saw there: 412 if it does not hold any more" }),
};

function headersOf({ access, method }: Route): z.ZodObject {
  if (method === "GET") return z.object({ "if-none-match": headers.ifNoneMatch });
  if (method === "PUT" || method === "DELETE") return z.object({ "if-match": headers.ifMatch });
  if (access.kind === "anybody") return z.object({});
  return z.object({ "idempotency-key": headers.idempotencyKey });
}

type Document = ReturnType<typeof createDocument>;

/** The OpenAPI 3.1 document of the API, generated from its routes. */
export function openApiDocument(routes: readonly Route[], version: string): Document {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const item = paths[route.path] ?? {};
    item[route.method.toLowerCase()] = operationOf(route);
    paths[route.path] = item;
  }
  return createDocument({
    openapi: "3.1.0",
    info: {
      title: "Klaaf appservice",
      version,
      description: "Provisioning, and the employee's door. Errors are problem+json (RFC 9457).",
      license: { name: "EUPL-1.2", identifier: "EUPL-1.2" },
    },
    servers: [{ url: "/api/v1" }],
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
    },
    paths,
  });
}

function operationOf(route: Route): Record<string, unknown> {
  const { access, answers, body, description, method, params, path, query, summary, tag } = route;
  return {
    operationId: `${method.toLowerCase()}${path.replaceAll(/[^A-Za-z]+(\w?)/g, (_, next: string) => next.toUpperCase())}`,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...(access.kind === "anybody" ? { security: [] } : { security: [{ bearer: [] }] }),
    "x-access": access,
    requestParams: {
      ...(params === undefined ? {} : { path: params }),
      ...(query === undefined ? {} : { query }),
      header: headersOf(route),
    },
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: body } } } }),
    responses: {
      ...errorAnswers(ERROR_STATUSES),
      ...(method === "GET" ? {} : errorAnswers(CHANGE_STATUSES)),
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [status, answerOf(status, answer)]),
      ),
      ...(method === "GET" ? { 304: { description: "You have it already." } } : {}),
    },
  };
}

function errorAnswers(statuses: Readonly<Record<number, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(statuses).map(([status, description]) => [
      status,
      { description, content: { "application/problem+json": { schema: ProblemBody } } },
    ]),
  );
}

/** An error of a route's own is problem+json as any other. */
function answerOf(status: string, { contentType, description, schema }: AnswerSpec) {
  if (contentType !== undefined) return { description, content: { [contentType]: {} } };
  if (schema !== undefined) return { description, content: { "application/json": { schema } } };
  if (Number(status) < 400) return { description };
  return { description, content: { "application/problem+json": { schema: ProblemBody } } };
}
