import type { Router } from "express";
import type { Authenticator } from "../access/index.ts";
import type { Provisioner } from "../provisioning/index.ts";
import { apiRouter } from "./api-router.ts";
import type { Route } from "./route.ts";
import { directoryRoutes } from "./routes/directory.ts";
import { documentRoute } from "./routes/document.ts";
import { provisioningRoutes } from "./routes/provisioning.ts";

export type ApiRoutesOptions = {
  readonly provisioner: Provisioner;
  readonly authenticator: Authenticator;
};

const VERSION = "1";

/** Every route of `/api/v1`, in one table. */
export function allRoutes({ provisioner }: ApiRoutesOptions): readonly Route[] {
  const routes = [...provisioningRoutes(provisioner), ...directoryRoutes(provisioner)];
  return [...routes, documentRoute(routes, VERSION)];
}

export function apiRoutes(options: ApiRoutesOptions): Router {
  return apiRouter(allRoutes(options), options.authenticator);
}
