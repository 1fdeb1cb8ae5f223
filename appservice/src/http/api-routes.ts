import type { Router } from "express";
import type { AuditReader } from "../audit/index.ts";
import type { Policy } from "../policy/index.ts";
import type { AccessTokens, Authenticator, PersonSessions } from "../access/index.ts";
import type { EmployeeDoor } from "../people/index.ts";
import type { Provisioner } from "../provisioning/index.ts";
import { apiRouter } from "./api-router.ts";
import type { IdempotentRequests } from "./idempotency.ts";
import type { Limits } from "./limits.ts";
import type { Route } from "./route.ts";
import { directoryRoutes } from "./routes/directory.ts";
import { auditRoutes } from "./routes/audit.ts";
import { documentRoutes } from "./routes/document.ts";
import { policyRoutes } from "./routes/policy.ts";
import { employeeRoutes } from "./routes/me.ts";
import { provisioningRoutes } from "./routes/provisioning.ts";
import { sessionRoutes } from "./routes/session.ts";
import { tokenRoutes } from "./routes/tokens.ts";

export type ApiRoutesOptions = {
  readonly provisioner: Provisioner;
  readonly door: EmployeeDoor;
  readonly sessions: PersonSessions;
  readonly authenticator: Authenticator;
  readonly tokens: AccessTokens;
  readonly idempotency: IdempotentRequests;
  readonly limits?: Partial<Limits>;
  readonly audit: AuditReader;
  readonly policy: { readonly policy: Policy; readonly hash: string };
};

const VERSION = "1";

/** Every route of `/api/v1`, in one table. */
export function allRoutes(
  options: Omit<ApiRoutesOptions, "authenticator" | "idempotency" | "limits">,
): readonly Route[] {
  const { audit, door, policy, provisioner, sessions, tokens } = options;
  const routes = [
    ...auditRoutes(audit),
    ...policyRoutes(policy.policy, policy.hash),
    ...provisioningRoutes(provisioner),
    ...directoryRoutes(provisioner),
    ...sessionRoutes(sessions),
    ...employeeRoutes(door),
    ...tokenRoutes(tokens),
  ];
  return documentRoutes(routes, VERSION);
}

export function apiRoutes(options: ApiRoutesOptions): Router {
  return apiRouter(allRoutes(options), options);
}
