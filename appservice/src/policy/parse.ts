import { z } from "zod";
import type { Problem } from "../organisation/index.ts";
import { readYaml } from "../yaml.ts";
import { PolicyFile } from "./policy.ts";
import type { Policy } from "./policy.ts";

export type ParsedPolicy =
  | { readonly kind: "ok"; readonly policy: Policy }
  | { readonly kind: "invalid"; readonly problems: readonly Problem[] };

/** Reads a policy: YAML, and so JSON as well. @returns the policy, or everything that is wrong with it */
export function parsePolicy(text: string): ParsedPolicy {
  let content: unknown;
  try {
    content = readYaml(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: "invalid", problems: [{ path: "", message }] };
  }
  const parsed = PolicyFile.safeParse(content);
  if (parsed.success) return { kind: "ok", policy: parsed.data };
  return {
    kind: "invalid",
    problems: parsed.error.issues.map(({ message, path }) => ({
      path: z.core.toDotPath(path),
      message,
    })),
  };
}
