import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { HomeserverError } from "./homeserver.ts";
import { openIdVerifier } from "./openid.ts";
import type { OpenIdVerifier } from "./openid.ts";

let server: Server;
let verifier: OpenIdVerifier;
let answer: { status: number; body: string };
let asked: { url: string; authorization: string | undefined }[];
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push({ url: request.url ?? "", authorization: request.headers.authorization });
    response.writeHead(answer.status, { location: "http://127.0.0.1:1/" }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  verifier = openIdVerifier({ homeserverUrl: `http://127.0.0.1:${port}`, serverName: "t:8448" });
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => {
  asked = [];
  answer = { status: 200, body: JSON.stringify({ sub: "@anna:t:8448" }) };
});

it("says whose token it is, and sends no secret of ours along", async () => {
  expect(await verifier.userIdOf("a b&c=1")).toBe("@anna:t:8448");
  expect(asked).toEqual([
    {
      url: "/_matrix/federation/v1/openid/userinfo?access_token=a+b%26c%3D1",
      authorization: undefined,
    },
  ]);
});

it.each(["@anna:evil.example", "@anna:t", "anna:t:8448", "@anna:evil:t:8448", "@anna", ""])(
  "takes %j for nobody of ours",
  async (sub) => {
    answer.body = JSON.stringify({ sub });
    expect(await verifier.userIdOf("x")).toBeUndefined();
  },
);

it("takes a refused token for nobody's", async () => {
  answer = { status: 401, body: JSON.stringify({ errcode: "M_UNKNOWN_TOKEN" }) };
  expect(await verifier.userIdOf("x")).toBeUndefined();
});

it.each([
  [200, "{}"],
  [200, "<html>"],
  [404, "{}"],
  [500, "{}"],
  [302, ""],
])("lets nobody in on an answer it does not understand: %i %s", async (status, body) => {
  answer = { status, body };
  await expect(verifier.userIdOf("secret")).rejects.toThrow(HomeserverError);
  await expect(verifier.userIdOf("secret")).rejects.not.toThrow(/secret/);
});
