import { z } from "zod";
import type { Policy } from "../../policy/index.ts";
import { defineRoute, READERS } from "../route.ts";
import type { Route } from "../route.ts";

/** The policy that rules, as it was read. */
export function policyRoutes(policy: Policy, hash: string): readonly Route[] {
  return [
    defineRoute({
      method: "GET",
      path: "/policy",
      tag: "Policy",
      summary: "The policy that rules, and its hash: what was agreed can be proven by it",
      access: READERS,
      answers: {
        200: {
          description: "The policy",
          schema: z.object({ hash: z.string(), policy: z.record(z.string(), z.unknown()) }),
        },
      },
      handle: async () => ({ status: 200, body: { hash, policy } }),
    }),
  ];
}
