import { ERRORS } from "@klaaf/protocol";
import { z } from "zod";
import { createDocument } from "zod-openapi";
import type { Route } from "./route.ts";

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
  405: "This address does not take that method.",
  409: "It is not as you saw it any more.",
  413: "The request is too large.",
  429: "Too many requests; `Retry-After` says when to come again.",
  500: "Something went wrong on the server.",
  503: "A part of the service is not ready yet.",
};

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
    },
    ...(body === undefined
      ? {}
      : { requestBody: { content: { "application/json": { schema: body } } } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(ERROR_STATUSES).map(([status, words]) => [
          status,
          { description: words, content: { "application/problem+json": { schema: ProblemBody } } },
        ]),
      ),
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [
          status,
          {
            description: answer.description,
            ...(answer.schema === undefined
              ? {}
              : { content: { "application/json": { schema: answer.schema } } }),
          },
        ]),
      ),
    },
  };
}
