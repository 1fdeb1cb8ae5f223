import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pingUs } from "./ping.ts";
import { Transport } from "./transport.ts";

let server: Server;
let answer: { status: number; body: unknown };
let asked: string;
beforeEach(async () => {
  server = createServer((request, response) => {
    asked = `${request.method} ${request.url}`;
    response.writeHead(answer.status).end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const ping = () =>
  pingUs(
    new Transport({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      token: "hear-token",
    }),
    "klaaf-hear",
  );

describe("a ping", () => {
  it("asks the homeserver to reach the registration that hears", async () => {
    answer = { status: 200, body: { duration_ms: 3 } };
    expect(await ping()).toEqual({ kind: "reached" });
    expect(asked).toBe("POST /_matrix/client/v1/appservice/klaaf-hear/ping");
  });

  it.each([
    [502, "M_CONNECTION_FAILED", "ConnectionRefusedError: refused", "not reached"],
    [502, "M_BAD_STATUS", "HTTP 500", "not reached"],
    [504, "M_CONNECTION_TIMEOUT", "timeout", "not reached"],
    [400, "M_URL_NOT_SET", "no URL", "not reached"],
    [403, "M_FORBIDDEN", "wrong id", "not reached"],
    [502, "M_CONNECTION_FAILED", "AlreadyCancelled: Tried to cancel an event.", "busy"],
    [502, "M_CONNECTION_FAILED", "AlreadyCalled: Tried to cancel an event.", "busy"],
    [502, undefined, "the proxy's own", "homeserver away"],
    [503, "M_UNKNOWN", "shutting down", "homeserver away"],
  ])("answered with %s %s, %s: %s", async (status, errcode, error, kind) => {
    answer = { status, body: { errcode, error } };
    expect((await ping()).kind).toBe(kind);
  });

  it("of a homeserver that is not there says so at once", async () => {
    const gone = new Transport({ url: "http://127.0.0.1:1", token: "hear-token" });
    expect(await pingUs(gone, "klaaf-hear")).toEqual({
      kind: "homeserver away",
      code: "UNREACHABLE",
    });
  });
});
