import { randomUUID } from "node:crypto";
import type { Server } from "node:http";
import express from "express";
import type { Express, RequestHandler } from "express";
import type { Metrics, Logger } from "../telemetry/index.ts";
import { apiRoutes } from "./api-routes.ts";
import type { ApiRoutesOptions } from "./api-routes.ts";
import { appserviceRoutes } from "./appservice-routes.ts";
import type { AppserviceRoutesOptions } from "./appservice-routes.ts";
import { HttpProblem, noSuchRoute, problemHandler } from "./problem.ts";

export type HttpOptions = {
  readonly api: ApiRoutesOptions;
  readonly appservice: AppserviceRoutesOptions;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Resolve if the part is ready, by name; `/readyz` asks each. */
  readonly checks: Readonly<Record<string, () => Promise<void>>>;
  /** A part that has not answered by then is not ready; milliseconds. */
  readonly readyWithinMs?: number;
};

/** The appservice's HTTP face. `/healthz`, `/readyz` and `/metrics` say nothing about people. */
export function createApp(options: HttpOptions): Express {
  const { api, appservice, checks, log, metrics, readyWithinMs = 4000 } = options;
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  // Whoever is nearest is the house's own proxy, and says whom it asks for (synapse-config/nginx.ts).
  app.set("trust proxy", ["loopback", "linklocal", "uniquelocal"]);
  app.use(observed(metrics));
  app.use(withoutNullCharacters);

  app.get("/healthz", (_request, response) => {
    response.json({ status: "ok" });
  });
  app.get("/readyz", async (_request, response) => {
    const names = Object.keys(checks);
    const results = await Promise.allSettled(
      Object.values(checks).map((check) => within(readyWithinMs, check())),
    );
    const parts = Object.fromEntries(
      names.map((name, index) => [
        name,
        results[index]?.status === "fulfilled" ? "ready" : "not ready",
      ]),
    );
    const ready = results.every(({ status }) => status === "fulfilled");
    response.status(ready ? 200 : 503).json({ status: ready ? "ready" : "not ready", parts });
  });
  app.get("/metrics", async (_request, response) => {
    response.type(metrics.contentType).send(await metrics.text());
  });
  for (const [mount, routes] of [
    ["/_matrix/app/v1", appserviceRoutes(appservice)],
    ["/api/v1", apiRoutes(api)],
  ] as const) {
    app.use(mount, mountedAt(mount), routes);
  }
  app.use(noSuchRoute);
  app.use(problemHandler(log));
  return app;
}

function observed(metrics: Metrics): RequestHandler {
  return (request, response, next) => {
    const started = performance.now();
    const requestId = randomUUID();
    response.locals["requestId"] = requestId;
    response.set("x-request-id", requestId);
    response.set("cache-control", "no-store");
    response.set("x-content-type-options", "nosniff");
    response.set("x-frame-options", "DENY");
    response.set("referrer-policy", "no-referrer");
    response.set("cross-origin-resource-policy", "same-origin");
    // No answer is a page; the one that is (the API's) has a policy of its own.
    response.set("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
    response.on("finish", () => {
      // The route's pattern, not its path: paths carry ids.
      const pattern: unknown = request.route?.path;
      const mount = String(response.locals["mount"] ?? "");
      const route = typeof pattern === "string" ? `${mount}${pattern}` : "(none)";
      metrics.answered(route, response.statusCode, (performance.now() - started) / 1000);
    });
    next();
  };
}

/** Remembers where a router hangs: express forgets it when an error leaves the router. */
function mountedAt(mount: string): RequestHandler {
  return (_request, response, next) => {
    response.locals["mount"] = mount;
    next();
  };
}

/** PostgreSQL takes no null character in a text: such an address can name nothing. */
const withoutNullCharacters: RequestHandler = (request, _response, next) => {
  if (/%00/.test(request.path)) throw new HttpProblem("bad_request");
  next();
};

/** Listens, and resolves when it does. */
export function listen(app: Express, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = app.listen(port, host, (error?: Error) => {
      if (error === undefined) resolve(server);
      else reject(error);
    });
  });
}

/** @throws Error if the work is not done after `ms` milliseconds */
async function within(ms: number, work: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`No answer within ${ms} ms.`)), ms);
  try {
    await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
