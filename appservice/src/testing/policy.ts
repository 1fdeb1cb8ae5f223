// The shipped policy, for tests and benches.
import { DEFAULT_POLICY_FILE, readPolicy } from "../policy/policy-file.ts";

export const defaultPolicy = readPolicy(DEFAULT_POLICY_FILE).policy;
