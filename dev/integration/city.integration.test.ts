import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SynapseHomeserver, Transport } from "../../appservice/src/homeserver/index.ts";
import { parseSettings } from "../../synapse-config/settings.ts";
import { programFor } from "../needs.ts";
import { paths } from "../paths.ts";
import { silentReport } from "../report.ts";
import { startCity } from "../stack/city.ts";
import type { City } from "../stack/city.ts";
import { confirmFirstRun } from "../stack/first-run.ts";
import { prepareCitySynapse } from "../stack/python.ts";
import { CityClient } from "./city-client.ts";
import type { CityRequest } from "./city-client.ts";
import { SMALL_TOWN } from "./test-city.ts";

const NEEDS = ["postgresql", "redis", "nginx", "libpq", "openssl"] as const;
const complete = NEEDS.map((part) => programFor(part)).every((program) => program !== undefined);
const SERVER_NAME = "stadt.example";
const SCRIPT = "export const x = 1;\n".repeat(200);
const v3 = "/_matrix/client/v3";

let folder: string;
let city: City;
let client: CityClient;
let anna: Person;
let ben: Person;

type Person = {
  readonly userId: string;
  call(path: string, options?: CityRequest): ReturnType<CityClient["ask"]>;
};

/** A built client in small. */
function makeClientFiles(directory: string): void {
  mkdirSync(path.join(directory, "assets"), { recursive: true });
  writeFileSync(path.join(directory, "index.html"), "<!doctype html><title>Klaaf</title>");
  const script = path.join(directory, "assets/main-abc.js");
  writeFileSync(script, SCRIPT);
  writeFileSync(`${script}.br`, brotliCompressSync(SCRIPT));
  writeFileSync(`${script}.gz`, gzipSync(SCRIPT));
}

/** An account with a password, signed in through the door. */
async function signIn(name: string): Promise<Person> {
  const userId = `@${name}:${SERVER_NAME}`;
  const password = "Laterne-Kutter-Eiche-11";
  const main = `http://127.0.0.1:${city.placeOf("synapse").client}`;
  const made = await fetch(`${main}/_synapse/admin/v2/users/${userId}`, {
    method: "PUT",
    headers: { authorization: `Bearer ${city.actToken}` },
    body: JSON.stringify({ password }),
  });
  expect(made.status).toBe(201);
  const { json, status } = await client.ask(`${v3}/login`, {
    method: "POST",
    body: { type: "m.login.password", identifier: { type: "m.id.user", user: name }, password },
  });
  expect(status).toBe(200);
  const token = String(json["access_token"]);
  return { userId, call: (at, options) => client.ask(at, { ...options, token }) };
}

type LogEntry = {
  readonly method: string;
  readonly kind: string;
  /** The process that answered, by service name; empty if nginx did. */
  readonly by: string;
};

/** What nginx noted so far. It notes a request after its answer: poll. */
function log(): readonly LogEntry[] {
  const names = new Map(
    ["synapse", ...city.workers.map(({ name }) => name)].map((name) => [
      `127.0.0.1:${city.placeOf(name).client}`,
      name,
    ]),
  );
  return readFileSync(path.join(folder, "city/nginx/access.log"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Readonly<Record<"method" | "kind" | "upstream", string>>)
    .map(({ kind, method, upstream }) => ({ method, kind, by: names.get(upstream) ?? upstream }));
}

/** The notes on what `action` asked, when there are `count` of them. */
async function noted(count: number, action: () => Promise<unknown>): Promise<readonly LogEntry[]> {
  const before = log().length;
  await action();
  await expect.poll(() => log().length - before).toBe(count);
  return log().slice(before);
}

describe.runIf(complete)("a city of PostgreSQL, Redis, workers and nginx", () => {
  let roomId: string;
  const inRoom = (at: string): string => `${v3}/rooms/${encodeURIComponent(roomId)}/${at}`;

  beforeAll(async () => {
    await prepareCitySynapse(paths.state, silentReport);
    folder = mkdtempSync(path.join(tmpdir(), "klaaf-city-"));
    makeClientFiles(path.join(folder, "client"));
    city = await startCity({
      directory: path.join(folder, "city"),
      settings: parseSettings({
        serverName: SERVER_NAME,
        publicHost: "klaaf.stadt.example",
        keepMessagesDays: 365,
      }),
      organisation: SMALL_TOWN,
      clientDirectory: path.join(folder, "client"),
    });
    client = new CityClient(city);
    anna = await signIn("anna");
    ben = await signIn("ben");
    const made = await anna.call(`${v3}/createRoom`, {
      method: "POST",
      body: { preset: "private_chat", invite: [ben.userId] },
    });
    roomId = String(made.json["room_id"]);
    await ben.call(inRoom("join"), { method: "POST", body: {} });
  }, 400_000);
  afterAll(async () => {
    client?.close();
    await city?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  it("takes a message on one process and delivers it from another", async () => {
    const first = await ben.call(`${v3}/sync?timeout=0`);
    const since = encodeURIComponent(String(first.json["next_batch"]));
    const entries = await noted(2, async () => {
      const waiting = ben.call(`${v3}/sync?timeout=20000&since=${since}`);
      const sent = await anna.call(inRoom("send/m.room.message/1"), {
        method: "PUT",
        body: { msgtype: "m.text", body: "Guten Morgen" },
      });
      expect(sent.status).toBe(200);
      expect(JSON.stringify((await waiting).json)).toContain("Guten Morgen");
    });
    expect(entries.find(({ method }) => method === "PUT")?.by).toMatch(/^client-\d$/);
    expect(entries.find(({ method }) => method === "GET")?.by).toMatch(/^sync-\d$/);
  });

  it("keeps one person's syncs on one process", async () => {
    const entries = await noted(4, async () => {
      for (let count = 0; count < 4; count += 1) await anna.call(`${v3}/sync?timeout=0`);
    });
    expect(new Set(entries.map(({ by }) => by)).size).toBe(1);
  });

  it("gives the first rooms by sliding sync", async () => {
    const { json, status } = await ben.call(
      "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync?timeout=0",
      {
        method: "POST",
        body: { lists: { all: { ranges: [[0, 19]], required_state: [], timeline_limit: 1 } } },
      },
    );
    expect(status).toBe(200);
    expect(Object.keys(json["rooms"] as object)).toContain(roomId);
  });

  const calls: readonly (readonly [string, () => string, unknown])[] = [
    ["PUT", () => inRoom(`typing/${anna.userId}`), { typing: true, timeout: 1000 }],
    ["POST", () => inRoom("read_markers"), {}],
    ["PUT", () => `${v3}/user/${anna.userId}/account_data/example`, { seen: true }],
    ["PUT", () => `${v3}/user/${anna.userId}/rooms/${roomId}/tags/m.favourite`, { order: 0.5 }],
    ["PUT", () => `${v3}/pushrules/global/override/quiet`, { conditions: [], actions: [] }],
    ["PUT", () => `${v3}/sendToDevice/m.dummy/1`, { messages: {} }],
    ["GET", () => `${v3}/devices`, undefined],
    ["POST", () => `${v3}/keys/query`, { device_keys: {} }],
    ["GET", () => `${v3}/pushers`, undefined],
  ];
  it.each(calls)("answers %s on each path of its own process (%#)", async (method, at, body) => {
    const { json, status } = await anna.call(at(), { method, body });
    expect({ status, json }).toMatchObject({ status: 200 });
  });

  it("keeps what is uploaded and gives it back to a person, to nobody else", async () => {
    const up = await anna.call("/_matrix/media/v3/upload?filename=plan.txt", {
      method: "POST",
      body: Buffer.alloc(20 * 2 ** 20, "x"),
      headers: { "content-type": "text/plain" },
    });
    const media = String(up.json["content_uri"]).replace("mxc://", "");
    const down = await ben.call(`/_matrix/client/v1/media/download/${media}`);
    expect(down.body.length).toBe(20 * 2 ** 20);
    expect((await client.ask(`/_matrix/client/v1/media/download/${media}`)).status).toBe(401);
  });

  it("joins many at once in the main process, and a waiting client sees it from its own", async () => {
    const main = new SynapseHomeserver({
      serverName: SERVER_NAME,
      provisioningUser: `@provisioning:${SERVER_NAME}`,
      transport: new Transport({
        url: `http://127.0.0.1:${city.placeOf("synapse").client}`,
        token: city.actToken,
      }),
    });
    const space = await main.createRoom({
      isSpace: true,
      name: "Amt",
      topic: "",
      powerLevels: { invite: 100 },
      state: [
        {
          type: "m.room.join_rules",
          stateKey: "",
          content: { join_rule: "restricted", allow: [] },
        },
      ],
    });
    const first = await ben.call(`${v3}/sync?timeout=0`);
    const seen = async (since: unknown): Promise<void> => {
      const { json } = await ben.call(
        `${v3}/sync?timeout=20000&since=${encodeURIComponent(String(since))}`,
      );
      if (!JSON.stringify(json).includes(space)) await seen(json["next_batch"]);
    };
    const waiting = seen(first.json["next_batch"]);
    const outcomes = await main.joinMany(space, [anna.userId, ben.userId, "@nobody:stadt.example"]);
    expect([outcomes.get(anna.userId), outcomes.get(ben.userId)]).toEqual(["joined", "joined"]);
    expect(outcomes.get("@nobody:stadt.example")).toMatchObject({ retry: "never" });
    await waiting;
    expect(await main.members(space)).toEqual(expect.arrayContaining([anna.userId, ben.userId]));
  });

  it("provisions the organisation through the same workers, its store in PostgreSQL", async () => {
    const progress = async () => {
      const answer = await fetch(`${city.appserviceUrl}/api/v1/progress`, {
        headers: { authorization: `Bearer ${city.actToken}` },
      });
      return ((await answer.json()) as Record<string, unknown>)["phase"];
    };
    await confirmFirstRun(city.appserviceUrl, city.actToken);
    await expect.poll(progress, { timeout: 100_000, interval: 200 }).toBe("idle");
    const { json, status } = await client.ask("/api/v1/plans", {
      method: "POST",
      token: city.actToken,
    });
    expect({ status, json }).toMatchObject({ status: 201, json: { planned: 0, held: 0 } });
  });

  it.each([
    "/_synapse/admin/v1/server_version",
    "/_synapse/metrics",
    "/_synapse/replication/send_event",
    "/_synapse/klaaf/v1/rooms/x/joins",
    "/_matrix/app/v1/transactions/1",
    "/_matrix/federation/v1/version",
    "/_matrix/key/v2/server",
    "/_matrix/client/../../_synapse/admin/v1/server_version",
    "/_matrix/client/%2e%2e/%2e%2e/_synapse/admin/v1/server_version",
    "/_matrix/client/..%2f..%2f_synapse/admin/v1/server_version",
    "/_synapse/admin/v1/users/..%2f..%2f..%2f..%2f_matrix/client/versions",
    "//_synapse/admin/v1/server_version",
    "/_SYNAPSE/admin/v1/server_version/..%2f..%2f..%2f..%2fapi/v1/me",
  ])("lets nobody reach %s, not even with an administrator's token", async (at) => {
    const entries = await noted(1, async () => {
      const { status } = await client.ask(at, { token: city.actToken });
      expect([400, 404]).toContain(status);
    });
    expect(entries[0]?.by, "nginx itself answers").toBe("");
  });

  it("refuses a token in an address, where logs would keep it", async () => {
    expect((await client.ask(`${v3}/account/whoami?access_token=syt_x`)).status).toBe(400);
  });

  it("serves the client's page for its own routes, with strict headers and never from an old cache", async () => {
    const { body, headers } = await client.ask("/a/someone/room/1");
    expect(body.toString()).toContain("<title>Klaaf</title>");
    expect(headers["content-security-policy"]).toContain("require-trusted-types-for 'script'");
    expect(headers["strict-transport-security"]).toContain("max-age=");
    expect(headers["cache-control"]).toBe("no-cache");
    expect(headers["server"]).toBe("nginx");
  });

  it("serves what is hashed precompressed and for ever, and 404 for what is gone", async () => {
    const { body, headers } = await client.ask("/assets/main-abc.js", {
      headers: { "accept-encoding": "gzip" },
    });
    expect(headers["content-encoding"]).toBe("gzip");
    expect(headers["cache-control"]).toContain("immutable");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(body.equals(gzipSync(SCRIPT))).toBe(true);
    expect((await client.ask("/assets/gone-123.js")).status).toBe(404);
  });

  it("speaks TLS 1.3 and 1.2, and nothing older", async () => {
    expect(await client.tls("TLSv1.3")).toBe("TLSv1.3");
    expect(await client.tls("TLSv1.2")).toBe("TLSv1.2");
    await expect(client.tls("TLSv1.1")).rejects.toThrow(/alert|version|reset/);
  });

  it("writes neither addresses nor paths nor tokens into nginx's log", () => {
    const text = readFileSync(path.join(folder, "city/nginx/access.log"), "utf8");
    expect(text).not.toMatch(/syt_|@anna|rooms\//);
    expect(Object.keys(JSON.parse(text.split("\n")[0] ?? "") as object).toSorted()).toEqual(
      ["time", "status", "method", "kind", "seconds", "upstream", "bytes"].toSorted(),
    );
  });
});
