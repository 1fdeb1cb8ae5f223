import { Buffer } from "node:buffer";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import * as fc from "fast-check";
import express from "express";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Authenticator, Caller } from "../access/index.ts";
import { createLog } from "../telemetry/index.ts";
import { scratchStore } from "../testing/scratch-store.ts";
import type { ScratchStore } from "../testing/scratch-store.ts";
import { apiRouter } from "./api-router.ts";
import { etagOf, names } from "./conditional.ts";
import { IdempotentRequests } from "./idempotency.ts";
import { Buckets } from "./limits.ts";
import { nextOf, numberPlace, pageQuery, textPlace } from "./paging.ts";
import { HttpProblem, problemHandler } from "./problem.ts";
import { APPLIERS, defineRoute, READERS } from "./route.ts";
import { parsePart } from "./validation.ts";

// A shelf of jars, with every way of asking that the framework has.
let jars: Map<string, string>;
let opened: number;
let fails: boolean;
let hold: Promise<void> | undefined;
const Jar = z.object({ id: z.string(), label: z.string() });
const params = z.strictObject({ id: z.string() });
const jar = (id: string) => {
  const label = jars.get(id);
  if (label === undefined) throw new HttpProblem("not_found");
  return { id, label };
};
const answers = { 200: { description: "A jar", schema: Jar } };
const routes = [
  defineRoute({
    method: "GET",
    path: "/jars/{id}",
    tag: "Jars",
    summary: "A jar",
    access: READERS,
    params,
    answers,
    handle: async (input) => ({ status: 200, body: jar(input.params.id) }),
  }),
  defineRoute({
    method: "PUT",
    path: "/jars/{id}",
    tag: "Jars",
    summary: "Labels a jar",
    access: APPLIERS,
    params,
    body: z.strictObject({ label: z.string().max(20) }),
    answers,
    async handle(input) {
      jars.set(input.params.id, input.body.label);
      return { status: 200, body: jar(input.params.id) };
    },
  }),
  defineRoute({
    method: "POST",
    path: "/jars",
    tag: "Jars",
    summary: "Opens a jar",
    access: APPLIERS,
    body: z.strictObject({ label: z.string().max(20) }),
    answers: { 201: { description: "A jar", schema: Jar } },
    async handle(input) {
      await hold;
      opened += 1;
      if (fails) throw new Error("It slipped.");
      const id = String(opened);
      jars.set(id, input.body.label);
      return { status: 201, body: jar(id), headers: { location: `/jars/${id}` } };
    },
  }),
  defineRoute({
    method: "POST",
    path: "/secrets",
    tag: "Jars",
    summary: "Tells a secret",
    access: APPLIERS,
    secret: true,
    answers: { 201: { description: "The secret", schema: z.object({ secret: z.string() }) } },
    async handle() {
      opened += 1;
      return { status: 201, body: { secret: `canary-${opened}` } };
    },
  }),
  defineRoute({
    method: "POST",
    path: "/door",
    tag: "Door",
    summary: "Opens to whoever knows the word",
    access: { kind: "anybody" },
    body: z.strictObject({ word: z.string() }),
    answers: { 204: { description: "Open" } },
    async handle(input) {
      if (input.body.word !== "sesame") throw new HttpProblem("unauthenticated");
      return { status: 204 };
    },
  }),
];

let store: ScratchStore;
let server: Server;
let url: string;
let now: number;
let callers: Map<string, Caller>;
const authenticator: Authenticator = { callerOf: async (token) => callers.get(token) };

async function serve(): Promise<void> {
  const app = express();
  app.use(
    apiRouter(routes, {
      authenticator,
      idempotency: new IdempotentRequests({ db: store.db, now: () => new Date(now) }),
      limits: {
        token: { burst: 5, perSecond: 1 },
        failures: { burst: 3, perSecond: 0.1 },
      },
      now: () => now,
    }),
  );
  app.use(problemHandler(createLog("silent", { write() {} })));
  server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  store = await scratchStore();
});
afterAll(() => store.stop());
beforeEach(async () => {
  await store.wipe();
  jars = new Map([["plum", "Plum"]]);
  opened = 0;
  fails = false;
  hold = undefined;
  now = Date.UTC(2026, 0, 1);
  callers = new Map([
    ["machine", { kind: "machine" }],
    ["reader", { kind: "token", id: "r", scopes: ["read"] }],
    ["other", { kind: "token", id: "o", scopes: ["apply"] }],
  ]);
  await serve();
  return () => {
    server.close();
    server.closeAllConnections();
  };
});

type Ask = {
  readonly token?: string;
  readonly body?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
};
const ask = (method: string, path: string, options: Ask = {}): Promise<Response> => {
  const { body, headers, text, token = "machine" } = options;
  const content = text ?? (body === undefined ? undefined : JSON.stringify(body));
  return fetch(`${url}${path}`, {
    method,
    headers: {
      ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
      ...(content === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(content === undefined ? {} : { body: content }),
  });
};
/** What kind of error it ends with, if any. */
function thrownBy(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.constructor : error;
  }
}
const open = (key: string, label = "Quince", token = "machine") =>
  ask("POST", "/jars", { token, body: { label }, headers: { "idempotency-key": key } });
const guess = (word: string) => ask("POST", "/door", { token: "", body: { word } });
const cursor = (text: string) => nextOf("jars", [text], 1, (one) => one).next;
const errorsIn = async (answer: Response): Promise<unknown> => {
  const { errors } = z.object({ errors: z.unknown().optional() }).parse(await answer.json());
  return errors;
};

describe("what is asked", () => {
  it.each<[string, string, unknown]>([
    ["a field that is missing", "{}", [{ pointer: "/label", detail: expect.any(String) }]],
    ["a field of another kind", `{"label":7}`, [{ pointer: "/label", detail: expect.any(String) }]],
    [
      "fields that nobody knows, each by name",
      `{"label":"x","a/b":1,"c~d":2}`,
      [
        { pointer: "/a~1b", detail: "is not known here" },
        { pointer: "/c~0d", detail: "is not known here" },
      ],
    ],
    [
      "a null character",
      `{"label":"a\\u0000b"}`,
      [{ pointer: "/label", detail: "must have no null character" }],
    ],
    [
      "half a character",
      `{"label":"\\ud83d"}`,
      [{ pointer: "/label", detail: "must be well-formed text" }],
    ],
  ])("is told by field where it has %s", async (_, text, errors) => {
    const answer = await ask("POST", "/jars", { text });
    expect(answer.status).toBe(400);
    expect(answer.headers.get("content-type")).toContain("application/problem+json");
    expect(await errorsIn(answer)).toEqual(errors);
    expect(opened).toBe(0);
  });

  it.each(["", "null", "7", `"x"`, "[]", "{", "{'label':1}", "\ufeff{}x"])(
    "is refused where its body is %j",
    async (text) => {
      expect((await ask("POST", "/jars", { text })).status).toBe(400);
    },
  );

  it("is refused where it is nested beyond all measure", async () => {
    const text = `{"label":${"[".repeat(5000)}${"]".repeat(5000)}}`;
    expect((await ask("POST", "/jars", { text })).status).toBe(400);
  });

  it.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x"])(
    "is refused where its body is %s",
    async (type) => {
      const headers = { "content-type": type };
      expect((await ask("POST", "/jars", { body: { label: "x" }, headers })).status).toBe(415);
    },
  );

  it("is refused where its character set is none", async () => {
    const headers = { "content-type": "application/json; charset=latin-9" };
    expect((await ask("POST", "/jars", { body: { label: "x" }, headers })).status).toBe(415);
  });

  it("is refused where it is too long", async () => {
    expect((await ask("POST", "/jars", { body: { label: "x".repeat(200_000) } })).status).toBe(413);
  });

  it.each(["?a=1", "?__proto__=1", "?constructor[prototype]=1"])(
    "is refused where it has the query %s, which nobody knows",
    async (query) => {
      expect((await ask("GET", `/jars/plum${query}`)).status).toBe(400);
    },
  );

  it("is refused with a body where none is taken, unless that is empty", async () => {
    expect((await ask("POST", "/secrets", { body: { a: 1 } })).status).toBe(400);
    expect((await ask("POST", "/secrets", { body: {} })).status).toBe(201);
    expect((await ask("POST", "/secrets")).status).toBe(201);
  });

  it("is told which methods there are, if it may know", async () => {
    const answer = await ask("DELETE", "/jars/plum");
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD, PUT"]);
    expect((await ask("DELETE", "/jars/plum", { token: "" })).status).toBe(401);
  });

  it("never breaks what reads it, whatever it is", () => {
    const schema = z.strictObject({ a: z.string().optional() });
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect([undefined, HttpProblem]).toContain(
          thrownBy(() => parsePart(schema, value, "body")),
        );
      }),
    );
  });
});

describe("an entity tag", () => {
  it("spares who has the answer already from having it again", async () => {
    const first = await ask("GET", "/jars/plum");
    const etag = first.headers.get("etag") ?? "";
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, "*"]) {
      const again = await ask("GET", "/jars/plum", { headers: { "if-none-match": known } });
      expect([again.status, await again.text(), again.headers.get("etag")]).toEqual([
        304,
        "",
        etag,
      ]);
    }
    jars.set("plum", "Prune");
    const changed = await ask("GET", "/jars/plum", { headers: { "if-none-match": etag } });
    expect(changed.status).toBe(200);
  });

  it("keeps one from changing what others changed meanwhile", async () => {
    const etag = (await ask("GET", "/jars/plum")).headers.get("etag") ?? "";
    const put = (label: string, match: string) =>
      ask("PUT", "/jars/plum", { body: { label }, headers: { "if-match": match } });
    expect((await put("Damson", etag)).status).toBe(200);
    const late = await put("Prune", etag);
    expect(late.status).toBe(412);
    expect(await late.json()).toMatchObject({ code: "precondition_failed" });
    expect(jars.get("plum")).toBe("Damson");
    expect((await put("Prune", "*")).status).toBe(200);
  });

  it("is refused where there is nothing to have a version", async () => {
    const headers = { "if-match": '"x"' };
    expect((await ask("POST", "/jars", { body: { label: "x" }, headers })).status).toBe(412);
    expect(opened).toBe(0);
  });

  it("is the same for the same text alone", () => {
    expect(etagOf("a")).toBe(etagOf("a"));
    expect(etagOf("a")).not.toBe(etagOf("b"));
    expect(names("", etagOf("a"))).toBe(false);
  });
});

describe("a request with an Idempotency-Key", () => {
  it("is done once, and answered alike", async () => {
    const [first, again] = [await open("k"), await open("k")];
    expect([first.status, again.status, opened]).toEqual([201, 201, 1]);
    expect(await again.json()).toEqual(await first.json());
    expect(again.headers.get("location")).toBe(first.headers.get("location"));
    expect([first, again].map(({ headers }) => headers.get("idempotency-replayed"))).toEqual([
      null,
      "true",
    ]);
  });

  it("is refused where the key stood for something else", async () => {
    await open("k");
    const other = await open("k", "Medlar");
    expect(other.status).toBe(422);
    expect(await other.json()).toMatchObject({ code: "idempotency_key_reused" });
  });

  it("is another one with another key, and of another caller", async () => {
    await open("k");
    await open("l");
    await open("k", "Quince", "other");
    expect(opened).toBe(3);
  });

  it("is done once when two come at the same time; the second is told to ask again", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    hold = promise;
    const first = open("k");
    await expect
      .poll(() => store.db.selectFrom("idempotent_request").selectAll().execute())
      .toHaveLength(1);
    expect((await open("k")).status).toBe(409);
    resolve();
    expect((await first).status).toBe(201);
    expect((await open("k")).status).toBe(201);
    expect(opened).toBe(1);
  });

  it("may be tried anew where it failed", async () => {
    fails = true;
    expect((await open("k")).status).toBe(500);
    fails = false;
    expect((await open("k")).status).toBe(201);
  });

  it("is done by who asks again where a crash cut it off", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    hold = promise;
    const cutOff = open("k").catch(() => undefined);
    await expect
      .poll(() => store.db.selectFrom("idempotent_request").selectAll().execute())
      .toHaveLength(1);
    hold = undefined;
    now += 119_000;
    expect((await open("k")).status).toBe(409);
    now += 2000;
    expect((await open("k")).status).toBe(201);
    resolve();
    await cutOff;
  });

  it("is forgotten after a day", async () => {
    await open("k");
    now += 86_400_001;
    await open("k", "Medlar");
    expect(opened).toBe(2);
  });

  it("is not answered a second time where the answer held a secret, which is kept nowhere", async () => {
    const headers = { "idempotency-key": "k" };
    expect(await (await ask("POST", "/secrets", { headers })).json()).toEqual({
      secret: "canary-1",
    });
    expect((await ask("POST", "/secrets", { headers })).status).toBe(409);
    const rows = await store.db.selectFrom("idempotent_request").selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain("canary");
    expect(opened).toBe(1);
  });

  it.each(["", "a b", "x".repeat(201), "ü"])("is refused where the key is %j", async (key) => {
    const answer = await open(Buffer.from(key).toString("latin1"));
    expect(answer.status).toBe(400);
  });
});

describe("the pace", () => {
  it("of a caller is kept, each for themselves, and told how long to wait", async () => {
    const statuses = [];
    for (let nth = 0; nth < 6; nth += 1)
      statuses.push((await ask("GET", "/jars/plum", { token: "reader" })).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    const refused = await ask("GET", "/jars/plum", { token: "reader" });
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(await refused.json()).toMatchObject({ code: "too_many_requests", retry: "later" });
    expect((await ask("GET", "/jars/plum", { token: "other" })).status).toBe(403);
    now += 1000;
    expect((await ask("GET", "/jars/plum", { token: "reader" })).status).toBe(200);
  });

  it("of wrong tokens from one address is kept, and holds up nobody who has a right one", async () => {
    const statuses = [];
    for (let nth = 0; nth < 4; nth += 1)
      statuses.push((await ask("GET", "/jars/plum", { token: `wrong${nth}` })).status);
    expect(statuses).toEqual([401, 401, 401, 429]);
    expect((await ask("GET", "/jars/plum", { token: "reader" })).status).toBe(200);
  });

  it("of guesses at the door is kept before anybody is asked", async () => {
    for (const word of ["a", "b", "c"]) expect((await guess(word)).status).toBe(401);
    expect((await guess("sesame")).status).toBe(429);
    now += 10_000;
    expect((await guess("sesame")).status).toBe(204);
  });

  it("lets no more through than it says, however they come", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { maxLength: 200 }), (pauses) => {
        const buckets = new Buckets({ burst: 10, perSecond: 5 });
        let at = 0;
        let taken = 0;
        for (const pause of pauses) {
          at += pause;
          const wait = buckets.wait("a", at);
          expect(buckets.take("a", at)).toBe(wait);
          if (wait === 0) taken += 1;
          // Whoever waits as long as they were told gets through.
          const after = wait === 0 ? 0 : buckets.wait("a", at + wait);
          expect(after).toBe(0);
        }
        expect(taken).toBeLessThanOrEqual(10 + (at * 5) / 1000 + 1);
      }),
    );
  });

  it("of a stream of strangers costs no memory without end", () => {
    const buckets = new Buckets({ burst: 1, perSecond: 1 });
    buckets.take("first", 0);
    expect(buckets.wait("first", 0)).toBe(1000);
    for (let nth = 0; nth < 20_000; nth += 1) buckets.take(`a${nth}`, 0);
    // Forgotten, as if it had never asked; the last is known.
    expect(buckets.wait("first", 0)).toBe(0);
    expect(buckets.wait("a19999", 0)).toBe(1000);
  });
});

describe("a cursor", () => {
  const query = z.strictObject(pageQuery("jars", textPlace));
  it("leads back to where the page ended, whatever stands there", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 100, unit: "grapheme" }), (text) => {
        expect(query.parse({ after: cursor(text) })).toEqual({ limit: 50, after: text });
      }),
    );
  });

  it.each([
    "",
    "x",
    "jars:plum",
    Buffer.from("other:plum").toString("base64url"),
    Buffer.from("jars:").toString("base64url"),
    `${Buffer.from("jars:plum").toString("base64url")}==`,
    Buffer.from([0x6a, 0x61, 0x72, 0x73, 0x3a, 0xff]).toString("base64url"),
    "A".repeat(2000),
  ])("is refused where it is none of this list: %j", (after) => {
    expect(query.safeParse({ after }).success).toBe(false);
  });

  it("of a list of numbers holds a number", () => {
    const numbers = z.strictObject(pageQuery("jars", numberPlace));
    expect(numbers.safeParse({ after: cursor("plum") }).success).toBe(false);
    expect(numbers.parse({ after: cursor("17") })).toEqual({ limit: 50, after: "17" });
  });

  it("is not given with a page that is not full", () => {
    expect(nextOf("jars", ["a"], 2, (one) => one)).toEqual({});
    expect(nextOf<string>("jars", [], 2, (one) => one)).toEqual({});
  });

  it.each(["0", "201", "-1", "1.5", "many", ""])("does not help to a page of %j", (limit) => {
    expect(query.safeParse({ limit }).success).toBe(false);
  });
});
