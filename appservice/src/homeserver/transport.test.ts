import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HomeserverError } from "./homeserver.ts";
import { Transport } from "./transport.ts";
import type { Call, TransportOptions } from "./transport.ts";

type Answer = {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

const TOKEN = "as-secret-token-0123456789";
const GET: Call = { method: "GET", path: ["_matrix", "x"] };

/** A homeserver that gives the answers it was handed, the last one for ever. */
let answers: Answer[];
let asked: { readonly method: string; readonly url: string; readonly token: string }[];
let server: Server;
/** Time passes only while somebody sleeps. */
let clock: number;
let pauses: number[];

beforeEach(async () => {
  answers = [];
  asked = [];
  clock = 0;
  pauses = [];
  server = createServer((request: IncomingMessage, response: ServerResponse) => {
    asked.push({
      method: request.method ?? "",
      url: request.url ?? "",
      token: request.headers.authorization ?? "",
    });
    const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? { status: 200, body: {} };
    if (answer.status === 0) {
      request.socket.destroy();
      return;
    }
    response.writeHead(answer.status, answer.headers);
    response.end(typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

function transport(options: Partial<TransportOptions> = {}): Transport {
  return new Transport({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: TOKEN,
    random: () => 0.5,
    now: () => clock,
    async sleep(ms) {
      pauses.push(ms);
      clock += ms;
    },
    ...options,
  });
}

/** An address where nobody listens (any more). */
async function deserted(): Promise<string> {
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(gone.address() as AddressInfo).port}`;
  await new Promise((resolve) => gone.close(resolve));
  return url;
}

const errorOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => "no error",
    (error: unknown) => error,
  );

const ok = { status: 200, body: { fine: true } };
const busy = { status: 429, body: { errcode: "M_LIMIT_EXCEEDED", error: "Too Many Requests" } };

describe("a request to the homeserver", () => {
  it("shows the token, escapes each segment and carries the query", async () => {
    await transport().call({
      method: "GET",
      path: ["rooms", "!a/b?c#d:e", "state", "m.room.name", ""],
      query: { user_id: "@ä&b:c" },
    });
    expect(asked).toEqual([
      {
        method: "GET",
        url: "/rooms/!a%2Fb%3Fc%23d%3Ae/state/m.room.name/?user_id=%40%C3%A4%26b%3Ac",
        token: `Bearer ${TOKEN}`,
      },
    ]);
  });

  it("never climbs out of its path", async () => {
    answers = [ok];
    for (const segment of ["..", ".", "%2e%2e"]) {
      asked = [];
      await errorOf(transport().call({ method: "GET", path: ["rooms", segment, "state"] }));
      for (const { url } of asked) expect(url).toMatch(/^\/rooms\/.+\/state$/);
    }
  });

  it("is not repeated when it was answered", async () => {
    answers = [ok];
    expect(await transport().call(GET)).toEqual({ fine: true });
    expect([asked.length, pauses]).toEqual([1, []]);
  });
});

describe("what may pass is waited out", () => {
  it.each([
    ["429", busy],
    ["500", { status: 500, body: { errcode: "M_UNKNOWN", error: "Internal" } }],
    ["a proxy's 502", { status: 502, body: "<html>Bad gateway</html>" }],
    ["503", { status: 503, body: {} }],
    ["a connection that breaks", { status: 0 }],
    ["an answer that is not JSON", { status: 200, body: "<html>" }],
  ])("%s", async (_, failure) => {
    answers = [failure, failure, ok];
    expect(await transport().call(GET)).toEqual({ fine: true });
    expect(asked).toHaveLength(3);
  });

  it.each([400, 401, 403, 404, 405, 413])(
    "but %i is an answer, and not asked again",
    async (status) => {
      for (const body of [{ errcode: "M_X", error: "No." }, "<html>No</html>", []]) {
        answers = [{ status, body }];
        asked = [];
        expect(await errorOf(transport().call(GET))).toMatchObject({ status, retry: "never" });
        expect(asked).toHaveLength(1);
      }
    },
  );

  it("until patience ends, and the error then says that later may help", async () => {
    answers = [busy];
    const error = await errorOf(transport({ patienceMs: 5000 }).call(GET));
    expect(error).toBeInstanceOf(HomeserverError);
    expect(error).toMatchObject({ status: 429, code: "M_LIMIT_EXCEEDED", retry: "later" });
    expect(clock).toBeLessThanOrEqual(5000);
    expect(asked.length).toBeGreaterThan(2);
  });

  it("and a server that hangs counts as one that did not answer", async () => {
    const hanging = createServer(() => {});
    await new Promise<void>((resolve) => hanging.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`;
    const error = await errorOf(transport({ url, patienceMs: 0, timeoutMs: 30 }).call(GET));
    hanging.closeAllConnections();
    hanging.close();
    expect(error).toMatchObject({ status: 0, code: "UNREACHABLE", retry: "later" });
  });

  it("and a server that is not there is named as such", async () => {
    const error = await errorOf(transport({ url: await deserted(), patienceMs: 0 }).call(GET));
    expect(error).toMatchObject({ status: 0, code: "UNREACHABLE", retry: "later" });
  });
});

describe("what must not happen twice", () => {
  const create: Call = { method: "POST", path: ["createRoom"], body: {}, repeatable: false };

  it.each([
    ["a connection that breaks", { status: 0 }],
    ["504 from a proxy", { status: 504, body: "" }],
    ["500", { status: 500, body: {} }],
  ])("is not repeated after %s: it may have been done", async (_, failure) => {
    answers = [failure, ok];
    expect(await errorOf(transport().call(create))).toMatchObject({ retry: "later" });
    expect(asked).toHaveLength(1);
  });

  it("is repeated after 429, which says that nothing was done", async () => {
    answers = [busy, ok];
    expect(await transport().call(create)).toEqual({ fine: true });
  });

  it("is repeated while the server is not there at all", async () => {
    const error = await errorOf(
      transport({ url: await deserted(), patienceMs: 1000 }).call(create),
    );
    expect(error).toMatchObject({ code: "UNREACHABLE" });
    expect(pauses.length).toBeGreaterThan(1);
  });
});

describe("the pauses", () => {
  it.each([
    ["the header, in seconds", { "retry-after": "3" }, {}, 3000],
    ["Matrix's older field, in milliseconds", {}, { retry_after_ms: 1700 }, 1700],
    ["the header where both are there", { "retry-after": "2" }, { retry_after_ms: 9 }, 2000],
    ["zero", { "retry-after": "0" }, {}, 0],
  ])("are never shorter than %s says", async (_, headers, body, least) => {
    answers = [{ ...busy, headers, body: { ...busy.body, ...body } }, ok];
    await transport({ random: () => 0 }).call(GET);
    expect(pauses).toEqual([least]);
  });

  it.each([
    ["a header that is no number", { "retry-after": "soon" }, {}],
    ["an empty header", { "retry-after": "" }, {}],
    ["a negative header", { "retry-after": "-5" }, {}],
    ["a negative field", {}, { retry_after_ms: -5 }],
    ["an endless field", {}, { retry_after_ms: "Infinity" }],
  ])("are our own with %s", async (_, headers, body) => {
    answers = [{ ...busy, headers, body: { ...busy.body, ...body } }, ok];
    await transport({ random: () => 0 }).call(GET);
    expect(pauses).toEqual([100]);
  });

  it("end the request at once if the server wants more than our patience", async () => {
    answers = [{ ...busy, headers: { "retry-after": "99999999" } }];
    expect(await errorOf(transport().call(GET))).toMatchObject({ retry: "later" });
    expect(pauses).toEqual([]);
  });

  it("grow, stay below ten seconds, and differ by chance so that not all come back at once", async () => {
    answers = [busy];
    await errorOf(transport({ patienceMs: 600_000, random: () => 0 }).call(GET));
    const shortest = [...pauses];
    pauses = [];
    clock = 0;
    await errorOf(transport({ patienceMs: 600_000, random: () => 0.999 }).call(GET));
    expect(shortest.slice(0, 4)).toEqual([100, 200, 400, 800]);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(10_000);
    expect(pauses.slice(0, 4).every((pause, nth) => pause > (shortest[nth] ?? 0))).toBe(true);
  });

  it("hold for whatever chance and Retry-After there are", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 0, max: 60 }),
        async (chance, seconds) => {
          pauses = [];
          answers = [{ ...busy, headers: { "retry-after": String(seconds) } }, ok];
          await transport({ random: () => chance }).call(GET);
          const [pause = -1] = pauses;
          return pause >= seconds * 1000 && pause <= seconds * 1000 + 5000;
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("errors", () => {
  it("carry the homeserver's code and words", async () => {
    answers = [{ status: 403, body: { errcode: "M_FORBIDDEN", error: "Not in room." } }];
    expect(await errorOf(transport().call(GET))).toMatchObject({
      status: 403,
      code: "M_FORBIDDEN",
      message: "Not in room.",
    });
  });

  it.each([
    ["the server repeats it", TOKEN, { status: 401, body: { error: `unknown token ${TOKEN}` } }],
    ["it cannot be a header", `${TOKEN}\nx`, ok],
    ["the server is gone", TOKEN, { status: 0 }],
  ])("never carry the token, not even where %s", async (_, token, answer) => {
    answers = [answer];
    const error = await errorOf(transport({ token, patienceMs: 0 }).call(GET));
    expect(error).toBeInstanceOf(HomeserverError);
    const everything = error instanceof Error ? `${error.stack} ${JSON.stringify(error)}` : "";
    expect(everything).not.toContain(TOKEN);
  });
});

describe("metrics", () => {
  it("hear of every answer, and of none at all as 0", async () => {
    const heard: string[] = [];
    answers = [{ status: 0 }, busy, ok];
    await transport({ observe: (method, status) => heard.push(`${method} ${status}`) }).call(GET);
    expect(heard).toEqual(["GET 0", "GET 429", "GET 200"]);
  });
});
