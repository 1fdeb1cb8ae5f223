// What the API needs besides the provisioner, for tests that serve it.
import { AccessTokens, anyOf, machineAuthenticator } from "../access/index.ts";
import { DatabaseAuditLog } from "../audit/index.ts";
import { IdempotentRequests } from "../http/idempotency.ts";
import type { Database } from "../storage/index.ts";
import { employees } from "./employees.ts";
import { defaultPolicy } from "./policy.ts";

/** @param machineToken the machine's own token */
export function apiParts(db: Database, machineToken: string, now = () => new Date()) {
  const { door, sessions } = employees(db, { now });
  const audit = new DatabaseAuditLog({ db, now });
  const tokens = new AccessTokens({ db, audit, now });
  return {
    audit,
    door,
    sessions,
    tokens,
    authenticator: anyOf([tokens, sessions, machineAuthenticator(machineToken)]),
    idempotency: new IdempotentRequests({ db, now }),
    policy: { policy: defaultPolicy, hash: "0".repeat(64) },
  };
}
