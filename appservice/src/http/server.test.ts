import type { Server } from "node:http";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sameSecret } from "../access/index.ts";
import { FakeHomeserver } from "../homeserver/index.ts";
import { Inbox } from "../inbox/index.ts";
import { newLocalpart, Provisioner } from "../provisioning/index.ts";
import { createLog, Metrics } from "../telemetry/index.ts";
import { defaultPolicy } from "../testing/policy.ts";
import { organisation, person, unit } from "../testing/organisations.ts";
import { apiParts } from "../testing/api-parts.ts";
import { scratchStore } from "../testing/scratch-store.ts";
import type { ScratchStore } from "../testing/scratch-store.ts";
import { createApp, listen } from "./server.ts";

const API_TOKEN = "as-token-0123456789abcdef";
const HS_TOKEN = "hs-token-0123456789abcdef";
const city = organisation([unit("12")], [person("anna", ["12:head"])]);

let store: ScratchStore;
let server: Server;
let url: string;
let logged: string;
let sourceFails: boolean;
let partsFail: boolean;
let partsHang: boolean;
async function check(): Promise<void> {
  if (partsHang) await new Promise(() => {});
  if (partsFail) throw new Error("postgres://user:password@host is down");
}
beforeAll(async () => {
  store = await scratchStore();
  const log = createLog("info", { write: (line) => (logged += line) });
  const provisioner = new Provisioner({
    homeserver: new FakeHomeserver(),
    db: store.db,
    source: {
      async read() {
        if (sourceFails) throw new Error("the secret inside of the source");
        return { kind: "ok", organisation: city };
      },
    },
    sourceId: "organisation",
    audit: { append: async () => {} },
    policy: defaultPolicy,
    priorityPeople: [],
    events: {
      runStarted() {},
      runEnded() {},
      sourceRefused() {},
      actionEnded() {},
      glassBroken() {},
    },
    newId: () => String(performance.now()),
    newLocalpart,
    now: () => new Date(0),
  });
  const app = createApp({
    api: {
      provisioner,
      ...apiParts(store.db, API_TOKEN),
    },
    appservice: {
      inbox: new Inbox(store.db, [
        {
          name: "alerts",
          types: ["eu.townhall.alert"],
          keep: () => ({}),
          async handle() {},
        },
      ]),
      hsToken: HS_TOKEN,
      onTaken() {},
    },
    metrics: new Metrics(),
    log,
    checks: { store: check, homeserver: async () => {} },
    readyWithinMs: 300,
  });
  server = await listen(app, "127.0.0.1", 0);
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await store.stop();
});
beforeEach(async () => {
  await store.wipe();
  logged = "";
  sourceFails = false;
  partsFail = false;
  partsHang = false;
});

const ask = (method: string, path: string, token?: string, body?: string): Promise<Response> =>
  fetch(`${url}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body }),
  });

/** The status of a request whose path goes out exactly as it is written. */
function statusOfRaw(path: string): Promise<number | undefined> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    request({ port, host: "127.0.0.1", path, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .once("error", reject)
      .end();
  });
}

const API_ROUTES = [
  ["GET", "/api/v1/progress"],
  ["POST", "/api/v1/plans"],
  ["GET", "/api/v1/people/anna"],
  ["GET", "/api/v1/units/12/space"],
  ["GET", "/api/v1/units/12/rooms/general"],
  // Nor does it tell strangers which routes there are.
  ["GET", "/api/v1"],
  ["GET", "/api/v1/no/such/route"],
  ["DELETE", "/api/v1/people/anna"],
  ["OPTIONS", "/api/v1/people/anna"],
] as const;
const APP_ROUTES = [
  ["PUT", "/_matrix/app/v1/transactions/1"],
  ["POST", "/_matrix/app/v1/ping"],
  ["GET", "/_matrix/app/v1/users/@anna:x"],
  ["GET", "/_matrix/app/v1/rooms/%23hall:x"],
  ["GET", "/_matrix/app/v1/no/such/route"],
] as const;
const WRONG_TOKENS = [HS_TOKEN, API_TOKEN.slice(0, -1), `${API_TOKEN}x`, API_TOKEN.toUpperCase()];

describe("the API denies by default", () => {
  it.each(API_ROUTES)("%s %s without a token", async (method, path) => {
    const answer = await ask(method, path);
    expect(answer.status).toBe(401);
    expect(answer.headers.get("content-type")).toContain("application/problem+json");
    expect(answer.headers.get("www-authenticate")).toBe("Bearer");
    expect(await answer.json()).toEqual({
      type: "about:blank",
      title: "Sign-in is needed.",
      status: 401,
      code: "unauthenticated",
      retry: "never",
      requestId: answer.headers.get("x-request-id"),
    });
  });

  it.each(API_ROUTES)("%s %s with a wrong token", async (method, path) => {
    for (const token of WRONG_TOKENS) {
      const answer = await ask(method, path, token);
      expect(answer.status).toBe(401);
      expect(answer.headers.get("content-type")).toContain("application/problem+json");
    }
  });

  it.each([
    "/api/v1/people/anna?access_token=TOKEN",
    "/API/V1/people/anna",
    "//api/v1/people/anna",
    "/api/v1//people/anna",
    "/api/v1/../v1/people/anna",
    "/healthz/../api/v1/people/anna",
    "/api/v1/people/anna/",
    "/%61pi/v1/people/anna",
  ])("%s, however the address is spelt", async (path) => {
    expect([401, 404]).toContain(await statusOfRaw(path.replace("TOKEN", API_TOKEN)));
  });

  it.each([
    "",
    "Bearer",
    "Bearer ",
    `Basic ${API_TOKEN}`,
    `Bearer ${API_TOKEN} x`,
    `Bearer  ${API_TOKEN}`,
    API_TOKEN,
  ])("the header %j", async (authorization) => {
    const answer = await fetch(`${url}/api/v1/progress`, {
      headers: { authorization },
    });
    expect(answer.status).toBe(401);
  });

  it("and lets in who has the token", async () => {
    expect((await ask("GET", "/api/v1/progress", API_TOKEN)).status).toBe(200);
  });
});

describe("the homeserver's routes", () => {
  it.each(APP_ROUTES)("%s %s refuses a wrong token", async (method, path) => {
    for (const token of [API_TOKEN, `${HS_TOKEN}x`, HS_TOKEN.slice(1)]) {
      const answer = await ask(method, path, token);
      expect(answer.status).toBe(403);
      expect(await answer.json()).toMatchObject({ errcode: "M_FORBIDDEN" });
    }
  });

  it.each(APP_ROUTES)("%s %s refuses without a token", async (method, path) => {
    expect((await ask(method, path)).status).toBe(401);
  });

  it("stores nothing of a refused transaction", async () => {
    const events = [{ event_id: "$1", room_id: "!r", type: "eu.townhall.alert" }];
    await ask("PUT", "/_matrix/app/v1/transactions/1", "wrong", JSON.stringify({ events }));
    expect(await store.db.selectFrom("inbox_event").selectAll().execute()).toEqual([]);
    expect(await store.db.selectFrom("inbox_transaction").selectAll().execute()).toEqual([]);
  });

  it("take a transaction, and have it stored when they answer", async () => {
    const events = [{ event_id: "$1", room_id: "!r", type: "eu.townhall.alert", content: {} }, 7];
    const body = JSON.stringify({ events, ephemeral: [] });
    const answer = await ask("PUT", "/_matrix/app/v1/transactions/1", HS_TOKEN, body);
    expect([answer.status, await answer.json()]).toEqual([200, {}]);
    expect(await store.db.selectFrom("inbox_event").select("event_id").execute()).toEqual([
      { event_id: "$1" },
    ]);
  });

  it("make nobody and nothing on demand", async () => {
    for (const [method, path] of APP_ROUTES.slice(2))
      expect((await ask(method, path, HS_TOKEN)).status).toBe(404);
    expect((await ask("POST", "/_matrix/app/v1/ping", HS_TOKEN, "{}")).status).toBe(200);
  });

  it.each(["{", "not json", '{"events":', "[1", "null", "7", "{}", '{"events":{}}', "[]"])(
    "answer 400 to the body %j, as Matrix errors",
    async (body) => {
      const answer = await ask("PUT", "/_matrix/app/v1/transactions/1", HS_TOKEN, body);
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ errcode: expect.stringMatching(/^M_/) });
    },
  );

  it("answer 413 to a body beyond all measure", async () => {
    const body = JSON.stringify({ events: ["x".repeat(17 * 1024 * 1024)] });
    const answer = await ask("PUT", "/_matrix/app/v1/transactions/1", HS_TOKEN, body);
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ errcode: "M_TOO_LARGE" });
  });

  it("do not read a body before they know who sends it", async () => {
    const answer = await ask("PUT", "/_matrix/app/v1/transactions/1", "wrong", "{ not json");
    expect(answer.status).toBe(403);
  });
});

describe("answers of the API", () => {
  it("lead from a person and a unit to their Matrix IDs", async () => {
    const run = await ask("POST", "/api/v1/runs", API_TOKEN);
    expect(run.status).toBe(202);
    const { id } = z.object({ id: z.string() }).parse(await run.json());
    const jsonOf = async (path: string): Promise<unknown> =>
      (await ask("GET", path, API_TOKEN)).json();
    await expect
      .poll(() => jsonOf(`/api/v1/runs/${id}`))
      .toMatchObject({ state: "done", failures: [] });
    expect(await jsonOf("/api/v1/people/anna")).toMatchObject({
      userId: expect.stringMatching(/^@u[0-9a-z]+:fake\.example$/),
      state: "active",
      rooms: expect.arrayContaining([
        { room: "room:12:general", roomId: expect.any(String), because: ["12 as head"] },
      ]),
    });
    expect(await jsonOf("/api/v1/units/12/space")).toEqual({ roomId: expect.stringMatching(/^!/) });
    expect(await jsonOf("/api/v1/units/12/rooms/general")).toEqual({
      roomId: expect.stringMatching(/^!/),
    });
  });

  it.each(["people/nobody", "units/99/space", "units/12/rooms/none", "no/such/route"])(
    "say 404 about %s, with the request's id",
    async (path) => {
      const answer = await ask("GET", `/api/v1/${path}`, API_TOKEN);
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({
        code: "not_found",
        requestId: answer.headers.get("x-request-id"),
      });
    },
  );

  it("say 400 about an address that is no text, and do not speak of a body", async () => {
    const answer = await ask("GET", "/api/v1/people/%zz", API_TOKEN);
    expect(answer.status).toBe(400);
    expect(await answer.text()).not.toMatch(/body|stack|node_modules/i);
  });

  it("survive a person's id with a null character", async () => {
    expect([400, 404]).toContain((await ask("GET", "/api/v1/people/%00", API_TOKEN)).status);
  });

  it("tell nothing of the inside when something breaks; the log has it under the request's id", async () => {
    sourceFails = true;
    const answer = await ask("POST", "/api/v1/plans", API_TOKEN);
    const text = await answer.text();
    expect(answer.status).toBe(500);
    expect(text).toContain('"code":"internal"');
    expect(text).not.toMatch(/secret inside|\bat |\.ts|stack/);
    expect(logged).toContain("secret inside");
    expect(logged).toContain(answer.headers.get("x-request-id"));
  });
});

describe("everything else", () => {
  it.each(["/", "/favicon.ico", "/api", "/api/v2/people/anna", "/_matrix/client/v3/sync", "/.env"])(
    "%s is nothing: 404 problem+json with the request's id",
    async (path) => {
      const answer = await ask("GET", path);
      expect(answer.status).toBe(404);
      expect(answer.headers.get("content-type")).toContain("application/problem+json");
      expect(await answer.json()).toMatchObject({
        status: 404,
        code: "not_found",
        requestId: answer.headers.get("x-request-id"),
      });
    },
  );

  it("gives every request an id of its own, and takes none from outside", async () => {
    const headers = { "x-request-id": "mine" };
    const ids = await Promise.all(
      [1, 2, 3].map(async () =>
        (await fetch(`${url}/healthz`, { headers })).headers.get("x-request-id"),
      ),
    );
    expect(new Set(ids).size).toBe(3);
    expect(ids).not.toContain("mine");
  });

  it("may be neither cached nor guessed at, and does not say what it runs on", async () => {
    for (const path of ["/healthz", "/api/v1/people/anna", "/no"]) {
      const { headers } = await ask("GET", path);
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("x-powered-by")).toBeNull();
    }
  });

  it("is alive while a part is down, but not ready, and names the part without its secrets", async () => {
    expect((await ask("GET", "/readyz")).status).toBe(200);
    partsFail = true;
    expect((await ask("GET", "/healthz")).status).toBe(200);
    const answer = await ask("GET", "/readyz");
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({
      status: "not ready",
      parts: { store: "not ready", homeserver: "ready" },
    });
  });

  it("is not ready while a part does not answer at all", async () => {
    partsHang = true;
    const answer = await ask("GET", "/readyz");
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ parts: { store: "not ready" } });
  });

  it("counts answers by the route's pattern, never by a person's id", async () => {
    await ask("GET", "/api/v1/people/anna", API_TOKEN);
    await ask("GET", "/api/v1/people/anna");
    await ask("GET", "/wp-login.php");
    const text = await (await ask("GET", "/metrics")).text();
    expect(text).toContain('route="/api/v1/people/:id",status="404"');
    expect(text).not.toMatch(/anna|wp-login/);
  });
});

describe("the comparison of secrets", () => {
  it.each([
    ["a", "a", true],
    ["", "", true],
    ["a", "b", false],
    ["a", "aa", false],
    ["a", "", false],
    ["ä", "a\u0308", false],
  ])("%j and %j: %s", (one, other, same) => {
    expect(sameSecret(one, other)).toBe(same);
  });
});
