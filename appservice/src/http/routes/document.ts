import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { z } from "zod";
import { openApiDocument } from "../openapi.ts";
import { HttpProblem } from "../problem.ts";
import { defineRoute } from "../route.ts";
import type { Answer, Route } from "../route.ts";

/** The OpenAPI document of all routes, itself among them, and a page to try them. Says nothing about people. */
export function documentRoutes(routes: readonly Route[], version: string): readonly Route[] {
  let document: unknown;
  const all: readonly Route[] = [
    ...routes,
    defineRoute({
      method: "GET",
      path: "/openapi.json",
      tag: "Document",
      summary: "This document",
      access: { kind: "anybody" },
      answers: {
        200: { description: "OpenAPI 3.1", schema: z.record(z.string(), z.unknown()) },
      },
      async handle() {
        document ??= openApiDocument(all, version);
        return { status: 200, body: document };
      },
    }),
    defineRoute({
      method: "GET",
      path: "/docs",
      tag: "Document",
      summary: "A page to read this document, and to try what stands in it",
      access: { kind: "anybody" },
      answers: { 200: { description: "The page", contentType: "text/html" } },
      handle: async () => fileAnswer("index.html"),
    }),
    defineRoute({
      method: "GET",
      path: "/docs/{file}",
      tag: "Document",
      summary: "What that page is made of",
      access: { kind: "anybody" },
      params: z.strictObject({ file: z.string().max(100) }),
      answers: { 200: { description: "A file of the page", contentType: "*/*" } },
      handle: async ({ params }) => fileAnswer(params.file),
    }),
  ];
  return all;
}

/** Relative to `/api/v1/docs`: a gateway may serve it below another address. */
const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Klaaf API</title>
    <link rel="icon" href="docs/favicon-32x32.png" />
    <link rel="stylesheet" href="docs/swagger-ui.css" />
    <script defer src="docs/swagger-ui-bundle.js"></script>
    <script defer src="docs/start.js"></script>
  </head>
  <body>
    <div id="ui"></div>
  </body>
</html>
`;

/** Tokens are not remembered: whoever uses this machine next must not find one. */
const START = `SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#ui",
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
});
`;

type File = { readonly contentType: string; readonly read: () => Buffer };

const library = createRequire(import.meta.url);
const shipped = (name: string, contentType: string): readonly [string, File] => [
  name,
  {
    contentType,
    read: () => readFileSync(library.resolve(`swagger-ui-dist/${name}`)),
  },
];

const FILES: ReadonlyMap<string, File> = new Map([
  ["index.html", { contentType: "text/html; charset=utf-8", read: () => Buffer.from(PAGE) }],
  ["start.js", { contentType: "text/javascript; charset=utf-8", read: () => Buffer.from(START) }],
  shipped("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
  shipped("swagger-ui.css", "text/css; charset=utf-8"),
  shipped("favicon-32x32.png", "image/png"),
]);

/** Everything from this server, nothing inline, nothing sent elsewhere; pictures in the style sheet are data. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const cache = new Map<string, Buffer>();

function fileAnswer(name: string): Answer {
  const file = FILES.get(name);
  if (file === undefined) throw new HttpProblem("not_found");
  let bytes = cache.get(name);
  if (bytes === undefined) {
    bytes = file.read();
    cache.set(name, bytes);
  }
  return {
    status: 200,
    body: bytes,
    headers: {
      "content-type": file.contentType,
      "content-security-policy": PAGE_POLICY,
    },
  };
}
