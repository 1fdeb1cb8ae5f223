import { randomBytes } from "node:crypto";
import { homeserverContract } from "../../appservice/src/homeserver/contract.ts";
import { SynapseHomeserver, Transport } from "../../appservice/src/homeserver/index.ts";
import { TestCity } from "./test-city.ts";

homeserverContract("a real Synapse", async () => {
  const city = await TestCity.start({ appservice: false });
  return {
    homeserver: new SynapseHomeserver({
      serverName: city.serverName,
      provisioningUser: `@provisioning:${city.serverName}`,
      transport: new Transport({ url: city.synapse.url, token: city.synapse.actToken }),
    }),
    newLocalpart: () => `u${randomBytes(8).toString("hex")}`,
    eventsIn: async (roomId) => city.count("events", `room_id = '${roomId}'`),
    stop: () => city.stop(),
  };
});
