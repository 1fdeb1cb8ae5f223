import { z } from "zod";
import { SessionRefused } from "../../access/index.ts";
import type { PersonSessions } from "../../access/index.ts";
import { HomeserverError } from "../../homeserver/index.ts";
import { HttpProblem } from "../problem.ts";
import { defineEmployeeRoute, defineRoute } from "../route.ts";
import type { Route } from "../route.ts";

/** As Synapse makes them: no blanks, no signs that an address would not survive. */
const OpenIdToken = z.string().regex(/^[\w.~+/=-]{1,512}$/, "must be an OpenID token");

/** How a signed-in person gets to the API: a Matrix OpenID token for a short session. */
export function sessionRoutes(sessions: PersonSessions): readonly Route[] {
  return [
    defineRoute({
      method: "POST",
      path: "/session",
      tag: "Session",
      summary: "A short session for a Matrix OpenID token of our own homeserver",
      description:
        "The body is what the homeserver answers to `POST …/user/{userId}/openid/request_token`. " +
        "The session's token goes into `Authorization: Bearer` and lasts half an hour.",
      access: { kind: "anybody" },
      // What else stands in the homeserver's answer is let be.
      body: z.object({
        access_token: OpenIdToken,
        matrix_server_name: z.string().min(1).max(255),
      }),
      bodyLimit: "4kb",
      answers: {
        201: {
          description: "The session",
          schema: z.object({ token: z.string(), expiresAt: z.string() }),
        },
      },
      async handle({ body }) {
        try {
          const { expiresAt, token } = await sessions.open(
            body.access_token,
            body.matrix_server_name,
          );
          return { status: 201, body: { token, expiresAt: expiresAt.toISOString() } };
        } catch (error) {
          if (error instanceof SessionRefused)
            throw error.reason === "not-ours"
              ? new HttpProblem("unauthenticated", "This OpenID token opens nothing here.")
              : new HttpProblem("forbidden", "You have no account in use in this organisation.");
          if (error instanceof HomeserverError) throw new HttpProblem("unavailable", error.message);
          throw error;
        }
      },
    }),
    defineEmployeeRoute({
      method: "DELETE",
      path: "/session",
      tag: "Session",
      summary: "Ends all of one's sessions",
      answers: { 204: { description: "They are ended" } },
      async handle(_input, caller) {
        await sessions.end(caller);
        return { status: 204 };
      },
    }),
  ];
}
