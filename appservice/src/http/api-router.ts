import { createHash } from "node:crypto";
import { json, Router } from "express";
import type { Request, RequestHandler, Response } from "express";
import { z } from "zod";
import type { Authenticator, Caller } from "../access/index.ts";
import { etagOf, names } from "./conditional.ts";
import { IDEMPOTENCY_KEY } from "./idempotency.ts";
import type { IdempotentRequests } from "./idempotency.ts";
import { Buckets, LIMITS, nameOf } from "./limits.ts";
import type { Limits } from "./limits.ts";
import { HttpProblem, noSuchRoute } from "./problem.ts";
import { ANONYMOUS, mayCall } from "./route.ts";
import type { Answer, Input, Route } from "./route.ts";
import { bearerOf } from "./token.ts";
import { parsePart } from "./validation.ts";

const DEFAULT_BODY_LIMIT = "100kb";

export type ApiRouterOptions = {
  readonly authenticator: Authenticator;
  readonly idempotency: IdempotentRequests;
  readonly limits?: Partial<Limits>;
  /** Milliseconds. */
  readonly now?: () => number;
};

/** `/plans/{hash}` as express writes it. */
export const expressPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ":$1");

/**
 * The API from its table of routes: deny by default. Who has not signed in learns nothing, not even
 * which addresses there are; what the schemas do not allow never reaches a handler.
 */
export function apiRouter(routes: readonly Route[], options: ApiRouterOptions): Router {
  const { authenticator, idempotency, now = Date.now } = options;
  const limits = { ...LIMITS, ...options.limits };
  const paces = {
    machine: new Buckets(limits.machine),
    token: new Buckets(limits.token),
    person: new Buckets(limits.person),
    anonymous: new Buckets(limits.anonymous),
    failures: new Buckets(limits.failures),
  };
  const callers = new WeakMap<Request, Caller>();
  const context: Context = { routes, idempotency };
  const router = Router();

  /** @throws HttpProblem */
  const keepPace = (buckets: Buckets, who: string) => {
    const wait = buckets.take(who, now());
    if (wait > 0) throw new HttpProblem("too_many_requests", undefined, undefined, wait);
  };
  /** Counts a sign-in that failed. @throws HttpProblem once they are too many from one address */
  const noteFailure = (request: Request) => keepPace(paces.failures, addressOf(request));

  const anonymously: RequestHandler = (request, _response, next) => {
    keepPace(paces.anonymous, addressOf(request));
    next();
  };
  for (const route of routes.filter(({ access }) => access.kind === "anybody")) {
    mount(router, route, [anonymously, ...guessGuard(route)], () => ANONYMOUS, context);
  }
  /** Where a sign-in costs the homeserver a question, who failed too often waits before it is asked. */
  function guessGuard(route: Route): readonly RequestHandler[] {
    if (route.method === "GET") return [];
    return [
      (request, response, next) => {
        const wait = paces.failures.wait(addressOf(request), now());
        if (wait > 0) throw new HttpProblem("too_many_requests", undefined, undefined, wait);
        response.on("finish", () => {
          if (response.statusCode === 401) paces.failures.take(addressOf(request), now());
        });
        next();
      },
    ];
  }

  const onlyKnown: RequestHandler = async (request, response, next) => {
    const token = bearerOf(request);
    const caller = token === undefined ? undefined : await authenticator.callerOf(token);
    if (caller === undefined) {
      // Who has a good token is never held up by others at their address that have not.
      if (request.get("authorization") !== undefined) noteFailure(request);
      // A wrong token is as good as none (RFC 6750, 3.1).
      response.set("www-authenticate", "Bearer");
      throw new HttpProblem("unauthenticated");
    }
    keepPace(paces[caller.kind], nameOf(caller));
    callers.set(request, caller);
    next();
  };
  router.use(onlyKnown);
  for (const route of routes.filter(({ access }) => access.kind !== "anybody"))
    mount(router, route, [], (request) => callers.get(request), context);
  for (const [path, methods] of methodsByPath(routes)) {
    router.all(expressPath(path), (_request, response) => {
      response.set("allow", methods.join(", "));
      throw new HttpProblem("method_not_allowed");
    });
  }
  router.use(noSuchRoute);
  return router;
}

type Context = { readonly routes: readonly Route[]; readonly idempotency: IdempotentRequests };

/** Behind the house's own proxy it is the asker's (`trust proxy` in server.ts). */
const addressOf = (request: Request): string => request.ip ?? "";

function mount(
  router: Router,
  route: Route,
  before: readonly RequestHandler[],
  callerOf: (request: Request) => Caller | undefined,
  context: Context,
): void {
  const allowed: RequestHandler = (request, _response, next) => {
    if (!mayCall(route.access, callerOf(request))) throw new HttpProblem("forbidden");
    next();
  };
  const answer: RequestHandler = async (request, response) => {
    const caller = callerOf(request);
    if (caller === undefined) throw new HttpProblem("unauthenticated");
    const input = inputOf(route, request);
    await checkPrecondition(route, request, input, caller, context);
    send(request, response, await answerTo(route, request, input, caller, context));
  };
  const path = expressPath(route.path);
  const body =
    route.method === "GET"
      ? []
      : [onlyJson, json({ limit: route.bodyLimit ?? DEFAULT_BODY_LIMIT })];
  const handlers = [...before, allowed, ...body, answer];
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

const onlyJson: RequestHandler = (request, _response, next) => {
  const isEmpty = request.get("content-length") === "0";
  // False: of another type; null: no body.
  if (!isEmpty && request.is("application/json") === false)
    throw new HttpProblem("unsupported_media_type");
  next();
};

const NOTHING = z.strictObject({});

function inputOf(route: Route, request: Request): Input<unknown, unknown, unknown> {
  return {
    params: parsePart(route.params ?? NOTHING, request.params, "path"),
    query: parsePart(route.query ?? NOTHING, request.query, "query"),
    // What takes no body takes an empty one.
    body:
      route.method === "GET"
        ? undefined
        : parsePart(route.body ?? NOTHING, request.body ?? {}, "body"),
  };
}

/** Does it; with an `Idempotency-Key` once, however often it is asked for. */
function answerTo(
  route: Route,
  request: Request,
  input: Input<unknown, unknown, unknown>,
  caller: Caller,
  { idempotency }: Context,
): Promise<Answer> {
  const work = () => route.handle(input, caller);
  const key = request.get("idempotency-key");
  if (key === undefined || route.method !== "POST" || route.access.kind === "anybody")
    return work();
  if (!IDEMPOTENCY_KEY.test(key))
    throw new HttpProblem(
      "bad_request",
      "An Idempotency-Key has 1 to 200 printable ASCII characters without blanks.",
    );
  const fingerprint = createHash("sha256")
    .update(JSON.stringify([route.path, input]))
    .digest("hex");
  return idempotency.once(
    { caller: nameOf(caller), key, fingerprint, secret: route.secret === true },
    work,
  );
}

/**
 * `If-Match` on a change: what the caller saw, at the same address, must still be so.
 *
 * @throws HttpProblem if it is not, or if nothing can be seen at that address
 */
async function checkPrecondition(
  route: Route,
  request: Request,
  input: Input<unknown, unknown, unknown>,
  caller: Caller,
  { routes }: Context,
): Promise<void> {
  const header = request.get("if-match");
  if (header === undefined || route.method === "GET") return;
  const seen = routes.find(({ method, path }) => method === "GET" && path === route.path);
  if (route.method === "POST" || seen === undefined || seen.query !== undefined)
    throw new HttpProblem("precondition_failed", "What is done here has no version to match.");
  const { body } = await seen.handle({ ...input, query: {}, body: undefined }, caller);
  if (!names(header, etagOf(JSON.stringify(body)))) throw new HttpProblem("precondition_failed");
}

function send(request: Request, response: Response, given: Answer): void {
  for (const [name, value] of Object.entries(given.headers ?? {})) response.set(name, value);
  response.status(given.status);
  if (given.body === undefined) {
    response.end();
  } else if (given.body instanceof Uint8Array) {
    response.send(Buffer.from(given.body));
  } else {
    const text = JSON.stringify(given.body);
    const isRead = request.method === "GET" || request.method === "HEAD";
    if (isRead && given.status === 200) {
      const etag = etagOf(text);
      response.set("etag", etag);
      const known = request.get("if-none-match");
      if (known !== undefined && names(known, etag)) {
        response.status(304).end();
        return;
      }
    }
    response.type("application/json").send(text);
  }
}

function methodsByPath(routes: readonly Route[]): ReadonlyMap<string, readonly string[]> {
  const methods = new Map<string, string[]>();
  for (const { method, path } of routes) {
    const known = methods.get(path) ?? [];
    known.push(...(method === "GET" ? ["GET", "HEAD"] : [method]));
    methods.set(path, known);
  }
  return methods;
}
