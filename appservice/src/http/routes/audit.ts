import { z } from "zod";
import type { AuditReader } from "../../audit/index.ts";
import { cursorOf, numberPlace, pageQuery } from "../paging.ts";
import { defineRoute, READERS } from "../route.ts";
import type { Route } from "../route.ts";
import { actorOf } from "./provisioning.ts";

const Entry = z
  .object({
    position: z.number(),
    at: z.string(),
    actor: z.object({ kind: z.enum(["person", "token", "system"]), id: z.string() }),
    action: z.string(),
    subject: z.string(),
    reason: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
    hash: z.string(),
  })
  .meta({ id: "AuditEntry" });
const Head = z.object({ position: z.number(), hash: z.string() });
const word = z.string().min(1).max(200);

/** The audit log: every look into it is written down in it as well. */
export function auditRoutes(audit: AuditReader): readonly Route[] {
  return [
    defineRoute({
      method: "GET",
      path: "/audit",
      tag: "Audit",
      summary: "What was done, by whom and why; the look is written down",
      access: READERS,
      query: z.strictObject({
        ...pageQuery("audit", numberPlace, 100),
        actor: word.optional(),
        action: word.optional(),
        subject: word.optional(),
        order: z.enum(["newest-first", "oldest-first"]).default("newest-first"),
      }),
      answers: {
        200: {
          description: "One page; `next` is the cursor of the next one",
          schema: z.object({ entries: z.array(Entry), next: z.string().optional() }),
        },
      },
      async handle({ query }, caller) {
        const { actor, after, ...rest } = query;
        const page = await audit.list(
          { ...rest, actorId: actor, after: after === undefined ? undefined : Number(after) },
          actorOf(caller),
        );
        return {
          status: 200,
          body: {
            entries: page.entries.map((entry) => ({ ...entry, at: entry.at.toISOString() })),
            ...(page.next === undefined ? {} : { next: cursorOf("audit", String(page.next)) }),
          },
        };
      },
    }),
    defineRoute({
      method: "POST",
      path: "/audit/verifications",
      tag: "Audit",
      summary: "Computes the chain of hashes again and says where it breaks",
      access: READERS,
      body: z.strictObject({
        /** A head that was noted elsewhere: shows as well that nobody rewrote the whole log. */
        anchor: z
          .strictObject({
            position: z.int().min(0),
            hash: z.string().regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits"),
          })
          .optional(),
      }),
      answers: {
        201: {
          description: "Whether it is intact",
          schema: z.union([
            z.object({ kind: z.literal("intact"), head: Head }),
            z.object({ kind: z.literal("broken"), position: z.number(), why: z.string() }),
          ]),
        },
      },
      handle: async ({ body }, caller) => ({
        status: 201,
        body: await audit.verify(actorOf(caller), body.anchor),
      }),
    }),
  ];
}
