import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createProxyServer } from "http-proxy-3";
import { expect } from "vitest";
import { homeserverContract } from "../../appservice/src/homeserver/contract.ts";
import type { HomeserverUnderTest } from "../../appservice/src/homeserver/contract.ts";
import { SynapseHomeserver, Transport } from "../../appservice/src/homeserver/index.ts";
import { TestCity } from "./test-city.ts";

function under(city: TestCity, url: string, stop: () => Promise<void>): HomeserverUnderTest {
  return {
    homeserver: new SynapseHomeserver({
      serverName: city.serverName,
      provisioningUser: `@provisioning:${city.serverName}`,
      transport: new Transport({ url, token: city.synapse.actToken }),
    }),
    newLocalpart: () => `u${randomBytes(8).toString("hex")}`,
    async restart() {
      await city.synapse.kill();
      await city.startSynapse();
    },
    eventsIn: async (roomId) => city.count("events", `room_id = '${roomId}'`),
    async download(address) {
      const path = address.slice("mxc://".length);
      const answer = await fetch(`${url}/_matrix/client/v1/media/download/${path}`, {
        headers: { authorization: `Bearer ${city.synapse.actToken}` },
      });
      expect(answer.status).toBe(200);
      return {
        bytes: new Uint8Array(await answer.arrayBuffer()),
        contentType: answer.headers.get("content-type") ?? "",
      };
    },
    stop,
  };
}

homeserverContract("a real Synapse", async () => {
  const city = await TestCity.start({ appservice: false });
  return under(city, city.synapse.url, () => city.stop());
});

homeserverContract("a real Synapse without our module", async () => {
  const city = await TestCity.start({ appservice: false });
  const proxy = createProxyServer({ target: city.synapse.url });
  const server = createServer((request, response) => {
    if (request.url?.startsWith("/_synapse/klaaf/") === true) {
      response.writeHead(404, { "content-type": "application/json" });
      response.end(JSON.stringify({ errcode: "M_UNRECOGNIZED", error: "Unrecognized request" }));
    } else proxy.web(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return under(city, `http://127.0.0.1:${port}`, async () => {
    server.closeAllConnections();
    server.close();
    await city.stop();
  });
});
