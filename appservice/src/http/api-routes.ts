import { Router } from "express";
import type { RequestHandler } from "express";
import { roomKey, spaceKey } from "../provisioning/index.ts";
import type { Provisioner } from "../provisioning/index.ts";
import { HttpProblem, noSuchRoute } from "./problem.ts";
import { bearerOf, sameSecret } from "./token.ts";

export type ApiRoutesOptions = {
  readonly provisioner: Provisioner;
  /** The machine's own token: who has it may act as anybody already. */
  readonly token: string;
};

/** `/api/v1`: deny by default; every route stands behind the token check. */
export function apiRoutes({ provisioner, token }: ApiRoutesOptions): Router {
  const router = Router();
  const onlyWithToken: RequestHandler = (request, response, next) => {
    const given = bearerOf(request);
    if (given !== undefined && sameSecret(given, token)) {
      next();
      return;
    }
    // A wrong token is as good as none (RFC 6750, 3.1).
    response.set("www-authenticate", "Bearer");
    throw new HttpProblem("unauthenticated");
  };
  router.use(onlyWithToken);

  router.get("/provisioning/progress", (_request, response) => {
    response.json(provisioner.progress);
  });
  router.post("/provisioning/runs", async (_request, response) => {
    response.status(201).json(await provisioner.run());
  });
  router.get("/people/:sourceId", async (request, response) => {
    const userId = await provisioner.userIdOf(request.params.sourceId);
    if (userId === undefined)
      throw new HttpProblem("not_found", "There is no person with this id.");
    response.json({ userId });
  });
  router.get("/units/:unit/space", async (request, response) => {
    response.json({ roomId: await known(provisioner, spaceKey(request.params.unit)) });
  });
  router.get("/units/:unit/rooms/:template", async (request, response) => {
    response.json({
      roomId: await known(provisioner, roomKey(request.params.unit, request.params.template)),
    });
  });
  router.use(noSuchRoute);
  return router;
}

async function known(provisioner: Provisioner, key: string): Promise<string> {
  const roomId = await provisioner.roomIdOf(key);
  if (roomId === undefined) throw new HttpProblem("not_found", "There is no such room.");
  return roomId;
}
