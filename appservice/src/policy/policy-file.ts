import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { ConfigError } from "../config/index.ts";
import { parsePolicy } from "./parse.ts";
import type { Policy } from "./policy.ts";

/** The policy that is shipped: it holds where the configuration names no other. */
export const DEFAULT_POLICY_FILE = path.resolve(import.meta.dirname, "../../policy.default.yaml");

/** A policy, and by what it is known in plans and in the audit log: SHA-256 of what it says, hexadecimal. */
export type KnownPolicy = { readonly policy: Policy; readonly hash: string };

/**
 * Reads a policy file.
 *
 * @throws ConfigError with all errors at once, each naming its field
 */
export function readPolicy(file: string): KnownPolicy {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`${file} cannot be read: ${words}`);
  }
  const parsed = parsePolicy(text);
  if (parsed.kind === "invalid") {
    const lines = parsed.problems.map(
      ({ message, path: at }) => `  ${at === "" ? "(top level)" : at}: ${message}`,
    );
    throw new ConfigError(`${file} cannot be used:\n${lines.join("\n")}`);
  }
  return { policy: parsed.policy, hash: policyHash(parsed.policy) };
}

/** The same for every way to write the same policy: comments and the order of keys do not count. */
export function policyHash(policy: Policy): string {
  const sorted = JSON.stringify(policy, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)),
        )
      : value,
  );
  return createHash("sha256").update(sorted).digest("hex");
}
