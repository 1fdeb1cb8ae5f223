import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startGateway } from "./gateway.ts";
import type { Gateway } from "./gateway.ts";
import { freePort } from "./ports.ts";

const SCRIPT = "export const x = 1;\n".repeat(200);
let files: string;
let homeserver: Server;
let appservice: Server;
let gateway: Gateway;

/** A server that answers with its name and the path it was asked for. */
async function echo(name: string): Promise<Server> {
  const server = createServer((request, response) => response.end(`${name} ${request.url}`));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const text = async (at: string) => (await fetch(`${gateway.url}${at}`)).text();

beforeAll(async () => {
  files = mkdtempSync(path.join(tmpdir(), "gateway-"));
  mkdirSync(path.join(files, "assets"));
  writeFileSync(path.join(files, "index.html"), "<!doctype html><title>Klaaf</title>");
  writeFileSync(path.join(files, "assets/main-abc.js"), SCRIPT);
  writeFileSync(path.join(files, "assets/main-abc.js.br"), brotliCompressSync(SCRIPT));
  writeFileSync(path.join(files, "assets/main-abc.js.gz"), gzipSync(SCRIPT));
  [homeserver, appservice] = await Promise.all([echo("homeserver"), echo("appservice")]);
  gateway = await startGateway({
    port: await freePort(),
    client: { kind: "built", directory: files },
    homeserverUrl: urlOf(homeserver),
    appserviceUrl: urlOf(appservice),
  });
});
afterAll(async () => {
  await gateway.stop();
  homeserver.close();
  appservice.close();
  rmSync(files, { recursive: true });
});

describe("the laptop's one address", () => {
  it("passes the client-server API to the homeserver and /api to the appservice", async () => {
    expect(await text("/_matrix/client/versions?a=b")).toBe(
      "homeserver /_matrix/client/versions?a=b",
    );
    expect(await text("/api/v1/me")).toBe("appservice /api/v1/me");
  });

  it.each([
    "/_synapse/admin/v1/server_version",
    "/_matrix/app/v1/transactions/1",
    "/_matrix/federation/v1/version",
    "/_matrix/client/../../_synapse/admin/v1/users",
    "/_matrix/client/%2e%2e/%2e%2e/_synapse/admin/v1/users",
  ])("does not let anybody reach %s", async (at) => {
    const answer = await rawGet(at);
    expect(answer).not.toContain("homeserver /_synapse");
    expect(answer).toMatch(/^HTTP\/1\.1 (404|400)/);
  });

  it("serves the client's page for its own routes, with strict headers and never from an old cache", async () => {
    const answer = await fetch(`${gateway.url}/a/someone/room/1`);
    expect(await answer.text()).toContain("<title>Klaaf</title>");
    expect(answer.headers.get("content-security-policy")).toContain(
      "require-trusted-types-for 'script'",
    );
    expect(answer.headers.get("content-security-policy")).not.toContain("unsafe-inline");
    expect(answer.headers.get("cache-control")).toBe("no-cache");
  });

  it.each(["br", "gzip"])(
    "serves what is hashed precompressed (%s) and for ever",
    async (encoding) => {
      const answer = await fetch(`${gateway.url}/assets/main-abc.js`, {
        headers: { "accept-encoding": encoding },
      });
      expect(answer.headers.get("content-encoding")).toBe(encoding);
      expect(answer.headers.get("cache-control")).toContain("immutable");
      expect(await answer.text()).toBe(SCRIPT);
    },
  );

  it("answers 404 for a missing asset instead of the page, which a browser would take for a script", async () => {
    expect((await fetch(`${gateway.url}/assets/gone-123.js`)).status).toBe(404);
  });
});

/** A request whose path is sent as it is, not normalised by the client. */
async function rawGet(at: string): Promise<string> {
  const { connect } = await import("node:net");
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(gateway.url).port), "127.0.0.1", () =>
      socket.write(`GET ${at} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`),
    );
    let received = "";
    socket.on("data", (chunk: Buffer) => (received += chunk.toString()));
    socket.on("end", () => resolve(received));
    socket.on("error", reject);
  });
}
