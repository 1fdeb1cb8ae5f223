import { json, Router } from "express";
import type { Request, RequestHandler } from "express";
import { z } from "zod";
import type { Authenticator, Caller } from "../access/index.ts";
import { HttpProblem, noSuchRoute } from "./problem.ts";
import { ANONYMOUS, mayCall } from "./route.ts";
import type { Answer, Route } from "./route.ts";
import { bearerOf } from "./token.ts";

const DEFAULT_BODY_LIMIT = "100kb";

/** `/plans/{hash}` as express writes it. */
export const expressPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ":$1");

/**
 * The API from its table of routes: deny by default. Who has not signed in learns nothing, not even
 * which addresses there are; what the schemas do not allow never reaches a handler.
 */
export function apiRouter(routes: readonly Route[], authenticator: Authenticator): Router {
  const router = Router();
  const callers = new WeakMap<Request, Caller>();
  for (const route of routes.filter(({ access }) => access.kind === "anybody"))
    mount(router, route, () => ANONYMOUS);
  const onlyKnown: RequestHandler = async (request, response, next) => {
    const token = bearerOf(request);
    const caller = token === undefined ? undefined : await authenticator.callerOf(token);
    if (caller === undefined) {
      // A wrong token is as good as none (RFC 6750, 3.1).
      response.set("www-authenticate", "Bearer");
      throw new HttpProblem("unauthenticated");
    }
    callers.set(request, caller);
    next();
  };
  router.use(onlyKnown);
  for (const route of routes.filter(({ access }) => access.kind !== "anybody"))
    mount(router, route, (request) => callers.get(request));
  for (const [path, methods] of methodsByPath(routes)) {
    router.all(expressPath(path), (_request, response) => {
      response.set("allow", methods.join(", "));
      throw new HttpProblem("method_not_allowed");
    });
  }
  router.use(noSuchRoute);
  return router;
}

function mount(
  router: Router,
  route: Route,
  callerOf: (request: Request) => Caller | undefined,
): void {
  const allowed: RequestHandler = (request, _response, next) => {
    if (!mayCall(route.access, callerOf(request))) throw new HttpProblem("forbidden");
    next();
  };
  const answer: RequestHandler = async (request, response) => {
    const caller = callerOf(request);
    if (caller === undefined) throw new HttpProblem("unauthenticated");
    const given: Answer = await route.handle(
      {
        params: parse(route.params, request.params, "path"),
        query: parse(route.query ?? NO_QUERY, request.query, "query"),
        body: parse(route.body, request.body ?? {}, "body"),
      },
      caller,
    );
    for (const [name, value] of Object.entries(given.headers ?? {})) response.set(name, value);
    response.status(given.status);
    if (given.body === undefined) response.end();
    else if (typeof given.body === "string") response.send(given.body);
    else response.json(given.body);
  };
  const path = expressPath(route.path);
  const body =
    route.body === undefined ? [] : [json({ limit: route.bodyLimit ?? DEFAULT_BODY_LIMIT })];
  const handlers = [allowed, ...body, answer];
  switch (route.method) {
    case "GET":
      router.get(path, ...handlers);
      break;
    case "POST":
      router.post(path, ...handlers);
      break;
    case "PUT":
      router.put(path, ...handlers);
      break;
    case "DELETE":
      router.delete(path, ...handlers);
      break;
  }
}

const NO_QUERY = z.strictObject({});

/** @throws HttpProblem that names each field that is wrong */
function parse(schema: z.ZodType | undefined, value: unknown, part: string): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new HttpProblem(
    "bad_request",
    `The ${part} of the request is not of the expected form.`,
    parsed.error.issues.map(({ message, path }) => ({
      // A JSON pointer (RFC 6901).
      pointer: path
        .map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`)
        .join(""),
      detail: message,
    })),
  );
}

function methodsByPath(routes: readonly Route[]): ReadonlyMap<string, readonly string[]> {
  const methods = new Map<string, string[]>();
  for (const { method, path } of routes) {
    const known = methods.get(path);
    if (known === undefined) methods.set(path, [method]);
    else known.push(method);
  }
  return methods;
}
