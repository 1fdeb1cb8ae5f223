import { z } from "zod";
import { openApiDocument } from "../openapi.ts";
import { defineRoute } from "../route.ts";
import type { Route } from "../route.ts";

/** The OpenAPI document of all routes, itself among them. Says nothing about people. */
export function documentRoute(routes: readonly Route[], version: string): Route {
  let document: unknown;
  const route: Route = defineRoute({
    method: "GET",
    path: "/openapi.json",
    tag: "Document",
    summary: "This document",
    access: { kind: "anybody" },
    answers: {
      200: { description: "OpenAPI 3.1", schema: z.record(z.string(), z.unknown()) },
    },
    async handle() {
      document ??= openApiDocument([...routes, route], version);
      return { status: 200, body: document };
    },
  });
  return route;
}
