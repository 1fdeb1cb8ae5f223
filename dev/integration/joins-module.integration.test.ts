import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { SynapseHomeserver, Transport } from "../../appservice/src/homeserver/index.ts";
import { startGateway } from "../stack/gateway.ts";
import { freePort } from "../stack/ports.ts";
import { request, TestCity } from "./test-city.ts";

/** The module that joins many people at once: who may ask, and what it refuses. */
let city: TestCity;
let server: SynapseHomeserver;
let spaceId: string;
beforeAll(async () => {
  city = await TestCity.start({ appservice: false });
  server = new SynapseHomeserver({
    serverName: city.serverName,
    provisioningUser: `@provisioning:${city.serverName}`,
    transport: new Transport({ url: city.synapse.url, token: city.synapse.actToken }),
  });
  spaceId = await newSpace();
});
afterAll(() => city.stop());

const newSpace = (): Promise<string> =>
  server.createRoom({
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

async function newAccount(): Promise<string> {
  const localpart = `u${randomBytes(8).toString("hex")}`;
  const userId = `@${localpart}:${city.serverName}`;
  await server.putAccount(userId, {
    displayName: "Anna Schäfer",
    mail: `${localpart}@stadt.example`,
  });
  return userId;
}

const joinsOf = (roomId: string): string =>
  `/_synapse/klaaf/v1/rooms/${encodeURIComponent(roomId)}/joins`;
const ask = (roomId: string, body: unknown, token: string | undefined = city.synapse.actToken) =>
  request("POST", `${city.synapse.url}${joinsOf(roomId)}`, token, body);

it("answers for each person, with one event for each that comes in", async () => {
  const people = [await newAccount(), await newAccount()];
  const before = city.count("events", `room_id = '${spaceId}'`);
  const first = await ask(spaceId, { users: people.slice(0, 1) });
  const both = await ask(spaceId, { users: people });
  expect([first.status, both.status]).toEqual([200, 200]);
  expect(both.json).toEqual({
    users: {
      [people[0] ?? ""]: { outcome: "already" },
      [people[1] ?? ""]: { outcome: "joined" },
    },
  });
  expect(city.count("events", `room_id = '${spaceId}'`) - before).toBe(2);
});

it.each(["banned", "locked", "from elsewhere"])(
  "refuses who is %s, and nobody else",
  async (is) => {
    const other = await newAccount();
    const userId = is === "from elsewhere" ? "@anna:elsewhere.example" : await newAccount();
    if (is === "locked") await server.lockAccount(userId);
    if (is === "banned")
      await city.asAppservice("POST", `/_matrix/client/v3/rooms/${spaceId}/ban`, {
        body: { user_id: userId },
      });
    const { json } = await ask(spaceId, { users: [userId, other] });
    expect(json["users"]).toMatchObject({
      [userId]: { outcome: "refused" },
      [other]: { outcome: "joined" },
    });
    expect(await city.members(spaceId)).not.toContain(userId);
  },
);

it("enters no room that somebody else made, even with us in it", async () => {
  const [owner, guest] = [await newAccount(), await newAccount()];
  const { json } = await city.asAppservice("POST", "/_matrix/client/v3/createRoom", {
    as: owner,
    body: { preset: "private_chat", invite: [server.provisioningUser] },
  });
  const roomId = String(json["room_id"]);
  await server.join(roomId, server.provisioningUser);
  expect(await ask(roomId, { users: [guest] })).toMatchObject({ status: 403 });
  expect(await city.members(roomId)).not.toContain(guest);
});

it("brings branches of a room together before it goes on", async () => {
  const roomId = await newSpace();
  const people = await Promise.all(Array.from({ length: 12 }, () => newAccount()));
  const [first = "", second = "", ...others] = people;
  await Promise.all([
    server.joinMany(roomId, [first]),
    server.setState(roomId, {
      type: "m.room.topic",
      stateKey: "",
      content: { topic: "Zugleich" },
    }),
    server.joinMany(roomId, [second]),
    ...others.map((userId) => server.joinMany(roomId, [userId])),
  ]);
  await server.joinMany(roomId, people);
  expect((await city.members(roomId)).toSorted()).toEqual(people.toSorted());
});

it("opens to the appservice's own token alone", async () => {
  const users = [await newAccount()];
  for (const token of [undefined, "", "wrong", "ä", city.synapse.hearToken]) {
    const answer = await ask(spaceId, { users }, token ?? "");
    expect([token, answer.status]).toEqual([token, 401]);
  }
  const noToken = await request("POST", `${city.synapse.url}${joinsOf(spaceId)}`, undefined, {
    users,
  });
  expect(noToken.status).toBe(401);
  expect(await city.members(spaceId)).not.toContain(users[0]);
});

it.each([
  ["nobody", { users: [] }],
  ["no list", { users: "@a:b" }],
  ["no Matrix ID", { users: ["anna"] }],
  ["a number", { users: [7] }],
  ["somebody twice", { users: ["@a:b", "@a:b"] }],
  ["too many", { users: Array.from({ length: 101 }, (_, nth) => `@u${nth}:b`) }],
])("names the field where it is given %s", async (_, body) => {
  const answer = await ask(spaceId, body);
  expect(answer.status).toBe(400);
  expect(answer.json["error"]).toContain("users");
});

it("cannot be reached from outside", async () => {
  const gateway = await startGateway({
    port: await freePort(),
    client: { kind: "dev", url: city.synapse.url },
    homeserverUrl: city.synapse.url,
    appserviceUrl: city.synapse.url,
  });
  try {
    const { status } = await fetch(`${gateway.url}${joinsOf(spaceId)}`, {
      method: "POST",
      headers: { authorization: `Bearer ${city.synapse.actToken}` },
      body: JSON.stringify({ users: ["@a:b"] }),
    });
    expect(status).toBe(404);
  } finally {
    await gateway.stop();
  }
});
