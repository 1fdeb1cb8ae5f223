import { z } from "zod";
import { SCOPES, TokenRefused } from "../../access/index.ts";
import type { AccessTokens, TokenRecord } from "../../access/index.ts";
import { nextOf, pageQuery, textPlace } from "../paging.ts";
import { HttpProblem } from "../problem.ts";
import { defineRoute, TOKEN_KEEPERS } from "../route.ts";
import type { Route } from "../route.ts";
import { actorOf } from "./provisioning.ts";

const Token = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    createdBy: z.object({ kind: z.enum(["person", "token", "system"]), id: z.string() }),
    createdAt: z.string(),
    expiresAt: z.string(),
    revokedAt: z.string().optional(),
    /** To the hour. */
    lastUsedAt: z.string().optional(),
  })
  .meta({ id: "Token" });

const TokenParams = z.strictObject({ id: z.string().regex(/^[0-9a-f]{16}$/, "is a token's id") });
const PLACE = /^(\d{1,15}) ([0-9a-f]{16})$/;
const list = "tokens";

const missing = () => new HttpProblem("not_found", "There is no such token.");

/** Tokens for scripts. A token is shown once, when it is made. */
export function tokenRoutes(tokens: AccessTokens): readonly Route[] {
  return [
    defineRoute({
      method: "POST",
      path: "/tokens",
      tag: "Tokens",
      summary: "Makes a token for a script; it is shown this once",
      access: TOKEN_KEEPERS,
      secret: true,
      body: z.strictObject({
        /** What it is for, in words that are found again in a year. */
        name: z.string().trim().min(1).max(100),
        scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length),
        expiresAt: z.iso
          .datetime({ offset: true })
          .meta({ description: "Within a year from now" })
          .transform((text) => new Date(text)),
      }),
      answers: {
        201: {
          description: "The token: nobody can have it shown again",
          schema: z.object({ token: z.string(), ...Token.shape }),
        },
      },
      async handle({ body }, caller) {
        try {
          const { record, token } = await tokens.create(body, actorOf(caller));
          return { status: 201, body: { token, ...tokenBody(record) } };
        } catch (error) {
          if (!(error instanceof TokenRefused)) throw error;
          throw new HttpProblem("bad_request", undefined, [
            { pointer: "/expiresAt", detail: error.message },
          ]);
        }
      },
    }),
    defineRoute({
      method: "GET",
      path: "/tokens",
      tag: "Tokens",
      summary: "The tokens, the newest first, also those that are expired or revoked",
      access: TOKEN_KEEPERS,
      query: z.strictObject(
        pageQuery(list, textPlace.regex(PLACE, "is not a cursor of this list")),
      ),
      answers: {
        200: {
          description: "One page; `next` is the cursor of the next one",
          schema: z.object({ tokens: z.array(Token), next: z.string().optional() }),
        },
      },
      async handle({ query: { after, limit } }) {
        const [, at = "", id = ""] = PLACE.exec(after ?? "") ?? [];
        const page = await tokens.list(
          limit,
          after === undefined ? undefined : { createdAt: new Date(Number(at)), id },
        );
        const next = nextOf(list, page, limit, (one) => `${one.createdAt.getTime()} ${one.id}`);
        return { status: 200, body: { tokens: page.map(tokenBody), ...next } };
      },
    }),
    defineRoute({
      method: "GET",
      path: "/tokens/{id}",
      tag: "Tokens",
      summary: "A token: what it may, until when, and when it was last used",
      access: TOKEN_KEEPERS,
      params: TokenParams,
      answers: { 200: { description: "The token", schema: Token } },
      async handle({ params }) {
        const record = await tokens.get(params.id);
        if (record === undefined) throw missing();
        return { status: 200, body: tokenBody(record) };
      },
    }),
    defineRoute({
      method: "DELETE",
      path: "/tokens/{id}",
      tag: "Tokens",
      summary: "Revokes a token at once; its record stays",
      access: TOKEN_KEEPERS,
      params: TokenParams,
      answers: { 200: { description: "The token, revoked", schema: Token } },
      async handle({ params }, caller) {
        const record = await tokens.revoke(params.id, actorOf(caller));
        if (record === undefined) throw missing();
        return { status: 200, body: tokenBody(record) };
      },
    }),
  ];
}

function tokenBody(record: TokenRecord): z.input<typeof Token> {
  const { createdAt, createdBy, expiresAt, id, lastUsedAt, name, revokedAt, scopes } = record;
  return {
    id,
    name,
    scopes: [...scopes],
    createdBy: { ...createdBy },
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    ...(revokedAt === undefined ? {} : { revokedAt: revokedAt.toISOString() }),
    ...(lastUsedAt === undefined ? {} : { lastUsedAt: lastUsedAt.toISOString() }),
  };
}
