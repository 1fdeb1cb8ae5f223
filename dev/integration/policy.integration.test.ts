import { afterAll, beforeAll, expect, test } from "vitest";
import { request, TestCity } from "./test-city.ts";
import type { Person } from "./test-city.ts";

// What a person with a valid session and bad intentions tries.
let city: TestCity;
let anna: Person;
let ben: Person;
beforeAll(async () => {
  city = await TestCity.start();
  await city.provisioned();
  anna = await city.signIn("p-anna");
  ben = await city.signIn("p-ben");
});
afterAll(() => city.stop());

const v3 = "/_matrix/client/v3";
const path = (roomId: string) => `${v3}/rooms/${encodeURIComponent(roomId)}`;

test("nobody changes their own name, picture or address", async () => {
  const profile = `${v3}/profile/${encodeURIComponent(anna.userId)}`;
  const name = await anna.call("PUT", `${profile}/displayname`, { displayname: "Amtsleitung" });
  expect(name).toMatchObject({ status: 403, json: { errcode: "M_FORBIDDEN" } });
  const picture = await anna.call("PUT", `${profile}/avatar_url`, { avatar_url: "mxc://x/y" });
  expect(picture.status).toBe(403);
  const addresses = await anna.call("POST", `${v3}/account/3pid/delete`, {
    medium: "email",
    address: "anna.oeztuerk@stadt.example",
  });
  expect(addresses.json).toMatchObject({ errcode: "M_FORBIDDEN" });
  const kept = await anna.call("GET", profile);
  expect(kept.json["displayname"]).toBe("Anna Öztürk");
});

test("nobody registers an account", async () => {
  const answer = await request("POST", `${city.synapse.url}${v3}/register`, undefined, {
    username: "chef",
    password: "Laterne-Kutter-Eiche-11",
    auth: { type: "m.login.dummy" },
  });
  expect(answer.json).toMatchObject({ error: expect.stringContaining("disabled") });
  expect(answer.status).toBe(403);
});

test("a stranger enters neither a unit's space nor its rooms", async () => {
  for (const room of [
    await city.space("schule-01"),
    await city.room("schule-01", "general"),
    await city.room("amt-12", "leads"),
  ]) {
    const answer = await anna.call("POST", `${path(room)}/join`, {});
    expect(answer.status).toBe(403);
  }
});

test("a unit's member does not enter the leads' room, though it is in their space", async () => {
  const leads = await city.room("amt-12", "leads");
  expect((await anna.call("POST", `${path(leads)}/join`, {})).status).toBe(403);
  expect(await city.members(leads)).not.toContain(anna.userId);
});

test("only the leads write into the room of announcements", async () => {
  const room = await city.room("amt-12", "announcements");
  const message = { msgtype: "m.text", body: "Ich auch!" };
  expect((await anna.call("PUT", `${path(room)}/send/m.room.message/1`, message)).status).toBe(403);
  const head = await city.signIn("p-head");
  expect((await head.call("PUT", `${path(room)}/send/m.room.message/1`, message)).status).toBe(200);
});

test("nobody takes power, renames a managed room, or forges its marker and class", async () => {
  const room = path(await city.room("abt-121", "general"));
  const { json: power } = await anna.call("GET", `${room}/state/m.room.power_levels/`);
  for (const person of [anna, ben]) {
    const answer = await person.call("PUT", `${room}/state/m.room.power_levels/`, {
      ...power,
      users: { [person.userId]: 100 },
    });
    expect(answer.status).toBe(403);
    for (const type of ["eu.townhall.managed", "eu.townhall.room_class", "m.room.name"]) {
      expect((await person.call("PUT", `${room}/state/${type}/`, { name: "x" })).status).toBe(403);
    }
  }
});

test("people are not found through Synapse's own directory, nor seen to be present", async () => {
  const found = await anna.call("POST", `${v3}/user_directory/search`, { search_term: "Schmitz" });
  expect(found.json["results"] ?? []).toEqual([]);
  const head = await city.userId("p-head");
  const presence = await anna.call("GET", `${v3}/presence/${encodeURIComponent(head)}/status`);
  expect(presence.json["presence"] ?? "offline").toBe("offline");
});

test("a room that people made themselves is left alone by a run", async () => {
  const { json } = await anna.call("POST", `${v3}/createRoom`, {
    name: "Skat",
    preset: "private_chat",
  });
  const room = path(String(json["room_id"]));
  const count = () => city.count("events", `room_id = '${String(json["room_id"])}'`);
  const before = count();
  await city.run();
  expect(count()).toBe(before);
  expect((await anna.call("GET", `${room}/state/m.room.name/`)).json).toEqual({ name: "Skat" });
});
