import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { OrganisationTree, OwnProfile, PeoplePage, PersonCard } from "@klaaf/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anyOf, machineAuthenticator } from "../access/index.ts";
import { createLog } from "../telemetry/index.ts";
import { employees } from "../testing/employees.ts";
import { organisation, person, unit } from "../testing/organisations.ts";
import { scratchStore } from "../testing/scratch-store.ts";
import type { ScratchStore } from "../testing/scratch-store.ts";
import { apiRouter } from "./api-router.ts";
import { IdempotentRequests } from "./idempotency.ts";
import { problemHandler } from "./problem.ts";
import { employeeRoutes } from "./routes/me.ts";
import { sessionRoutes } from "./routes/session.ts";
import { listen } from "./server.ts";

const town = organisation(
  [unit("12", { number: "12" })],
  [person("anna", ["12:head"]), person("ben", ["12"])],
);
let store: ScratchStore;
let server: Server;
let url: string;
let token: string;

beforeAll(async () => {
  store = await scratchStore();
  await store.db
    .insertInto("account")
    .values(
      town.people.map(({ id }) => ({
        source_id: id,
        user_id: `@${id}:t`,
        applied: "{}",
        locked_at: null,
      })),
    )
    .execute();
  const { directory, door, sessions } = employees(store.db, {
    openIdTokens: new Map([["annas", "@anna:t"]]),
  });
  await directory.accept(town, new Date(0));
  const app = express();
  app.use(
    apiRouter([...sessionRoutes(sessions), ...employeeRoutes(door)], {
      authenticator: anyOf([machineAuthenticator("machine"), sessions]),
      idempotency: new IdempotentRequests({ db: store.db, now: () => new Date(0) }),
    }),
  );
  app.use(problemHandler(createLog("fatal", { write: () => {} })));
  server = await listen(app, "127.0.0.1", 0);
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { body, status } = await post("/session", {
    access_token: "annas",
    matrix_server_name: "t",
    token_type: "Bearer",
    expires_in: 3600,
  });
  if (status !== 201) throw new Error(`No session: ${status}`);
  token = (body as { token: string }).token;
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await store.stop();
});

async function answerOf(answer: Response) {
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}
const get = async (path: string, as: string | undefined = token) =>
  answerOf(
    await fetch(`${url}${path}`, as === "" ? {} : { headers: { authorization: `Bearer ${as}` } }),
  );
const post = async (path: string, body: unknown) =>
  answerOf(
    await fetch(`${url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  );

const ROUTES = [
  "/me",
  "/me/people?q=muster",
  "/me/people/@ben:t",
  "/me/organisation",
  "/me/policy",
];

describe("the employee's door over HTTP", () => {
  it.each(ROUTES)(
    "lets in at %s who has a session, and no machine, script or stranger",
    async (path) => {
      expect((await get(path)).status).toBe(200);
      expect((await get(path, "")).status).toBe(401);
      expect((await get(path, `${token}x`)).status).toBe(401);
      expect((await get(path, "annas")).status).toBe(401);
      expect((await get(path, "machine")).status).toBe(403);
    },
  );

  it("answers as the protocol says", async () => {
    expect(OwnProfile.parse((await get("/me")).body).userId).toBe("@anna:t");
    expect(PeoplePage.parse((await get("/me/people?q=muster")).body).people).toHaveLength(2);
    expect(PersonCard.parse((await get("/me/people/%40ben%3At")).body).name).toBe("ben Muster");
    expect(OrganisationTree.parse((await get("/me/organisation")).body).units).toHaveLength(1);
  });

  it.each([
    ["/me/people", "/q"],
    ["/me/people?q=a", "/q"],
    ["/me/people?q=muster&page=4", "/page"],
    ["/me/people?q=muster&page=0", "/page"],
    ["/me/people?q=muster&limit=21", "/limit"],
    ["/me/people?q=a&q=b", "/q"],
    [`/me/people?q=${"a".repeat(201)}`, "/q"],
  ])("names what is wrong in %s", async (path, pointer) => {
    const { body, status } = await get(path);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: "bad_request", errors: [{ pointer }] });
  });

  it("says the same of somebody who is not there and of one who is not to be found", async () => {
    expect((await get("/me/people/@nobody:t")).status).toBe(404);
    expect((await get("/me/people/x")).status).toBe(404);
  });

  it.each([
    [{}, 400],
    [{ access_token: "a b", matrix_server_name: "t" }, 400],
    [{ access_token: "annas", matrix_server_name: "evil.example" }, 401],
    [{ access_token: "other", matrix_server_name: "t" }, 401],
  ])("gives no session for %j", async (body, status) => {
    expect((await post("/session", body)).status).toBe(status);
  });

  it("says when to come again to who asks too fast", async () => {
    let last = await get("/me");
    for (let nth = 0; nth < 60 && last.status === 200; nth += 1) last = await get("/me");
    expect(last.status).toBe(429);
    expect(last.headers.get("retry-after")).toBe("1");
  });

  it("ends the session", async () => {
    const ended = await fetch(`${url}/session`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${token}` },
    });
    expect(ended.status).toBe(204);
    expect((await get("/me")).status).toBe(401);
  });
});
