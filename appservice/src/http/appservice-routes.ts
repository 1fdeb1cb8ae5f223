import { Router, json } from "express";
import type { ErrorRequestHandler, RequestHandler, Response } from "express";
import { Transaction } from "../inbox/index.ts";
import type { Inbox, Taken } from "../inbox/index.ts";
import { sameSecret } from "../access/index.ts";
import { bearerOf } from "./token.ts";

export type AppserviceRoutesOptions = {
  readonly inbox: Inbox;
  /** With which the homeserver shows that it is ours. */
  readonly hsToken: string;
  readonly onTaken: (taken: Taken) => void;
};

/** A hundred events of at most 64 KiB, and room to spare. */
const MOST_BYTES = 16 * 1024 * 1024;

function refuse(response: Response, status: number, errcode: string, error: string): void {
  response.status(status).json({ errcode, error });
}

/**
 * The routes that the homeserver calls (Matrix Application Service API, v1): transactions, ping, and
 * the queries for users and rooms, which we always answer with "no": nothing is made on demand.
 */
export function appserviceRoutes(options: AppserviceRoutesOptions): Router {
  const router = Router();
  const onlyHomeserver: RequestHandler = (request, response, next) => {
    const token = bearerOf(request);
    if (token === undefined) refuse(response, 401, "M_MISSING_TOKEN", "No token.");
    else if (sameSecret(token, options.hsToken)) next();
    else refuse(response, 403, "M_FORBIDDEN", "Wrong token.");
  };
  router.use(onlyHomeserver, json({ limit: MOST_BYTES, strict: true }));

  router.put("/transactions/:txnId", async (request, response) => {
    const parsed = Transaction.safeParse(request.body);
    if (!parsed.success) {
      refuse(response, 400, "M_BAD_JSON", "A transaction needs a list of events.");
      return;
    }
    const taken = await options.inbox.take(request.params.txnId, parsed.data.events);
    options.onTaken(taken);
    response.json({});
  });
  router.post("/ping", (_request, response) => {
    response.json({});
  });
  router.get(["/users/:userId", "/rooms/:alias"], (_request, response) => {
    refuse(response, 404, "M_NOT_FOUND", "Nothing is made on demand.");
  });
  router.use((_request, response) => refuse(response, 404, "M_UNRECOGNIZED", "No such route."));
  router.use(unreadableBody);
  return router;
}

/** What the body parser refuses, in the homeserver's language; other errors go on. */
const unreadableBody: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  const type =
    typeof error === "object" && error !== null && "type" in error ? String(error.type) : "";
  if (type === "entity.too.large") refuse(response, 413, "M_TOO_LARGE", "The body is too large.");
  else if (type.startsWith("entity.")) refuse(response, 400, "M_NOT_JSON", "The body is no JSON.");
  else next(error);
};
