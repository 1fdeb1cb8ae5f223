import { json, Router } from "express";
import type { RequestHandler } from "express";
import { z } from "zod";
import type { Problem } from "../organisation/index.ts";
import { PlanChanged, roomKey, spaceKey } from "../provisioning/index.ts";
import type { Provisioner } from "../provisioning/index.ts";
import { HttpProblem, noSuchRoute } from "./problem.ts";
import { bearerOf, sameSecret } from "./token.ts";

/** How many of a plan's lines and of the runs one answer holds. */
const MOST_LINES = 5000;
const MOST_RUNS = 50;

const RunRequest = z.strictObject({
  /** The hash of the plan that was approved; whatever is planned, if left out. */
  wait: z.boolean().default(true),
  plan: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "must be a plan's hash: 64 hexadecimal digits")
    .optional(),
});

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
  router.get("/provisioning/plan", async (_request, response) => {
    const result = await provisioner.plan();
    if (result.kind === "invalid") throw unusable(result.problems);
    const { lines, ...preview } = result.plan;
    response.json({
      ...preview,
      lines: lines.slice(0, MOST_LINES),
      more: lines.length > MOST_LINES,
    });
  });
  router.get("/provisioning/runs", async (_request, response) => {
    response.json({ runs: await provisioner.runs.list(MOST_RUNS) });
  });
  router.post("/provisioning/runs", json({ limit: "10kb" }), async (request, response) => {
    const body = RunRequest.safeParse(request.body ?? {});
    if (!body.success)
      throw new HttpProblem(
        "bad_request",
        "The body may name the plan that was approved.",
        body.error.issues.map(({ message, path }) => ({
          pointer: path.map((part) => `/${String(part)}`).join(""),
          detail: message,
        })),
      );
    try {
      const { ended, id } = provisioner.start({
        trigger: "request",
        actor: { kind: "system", id: "machine" },
        planHash: body.data.plan,
      });
      if (body.data.wait) response.status(201).json(await ended);
      else {
        // How it ends is in the run's record.
        ended.catch(() => {});
        response.status(202).json({ id });
      }
    } catch (error) {
      if (error instanceof PlanChanged)
        throw new HttpProblem("conflict", `${error.message} Look at the plan again.`);
      throw error;
    }
  });
  router.get("/people/:sourceId", async (request, response) => {
    const userId = await provisioner.mirror.userIdOf(request.params.sourceId);
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
  const roomId = await provisioner.mirror.roomIdOf(key);
  if (roomId === undefined) throw new HttpProblem("not_found", "There is no such room.");
  return roomId;
}

/** The source's problems as an answer: each with where it stands in the file. */
function unusable(problems: readonly Problem[]): HttpProblem {
  return new HttpProblem(
    "conflict",
    "The organisation's file cannot be used; nothing would be changed.",
    problems.slice(0, 100).map(({ path, message }) => ({
      // "people[3].mail" as a JSON pointer (RFC 6901).
      pointer: path === "" ? "" : `/${path.replaceAll("]", "").replaceAll(/[[.]/g, "/")}`,
      detail: message,
    })),
  );
}
