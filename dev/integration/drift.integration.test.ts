import { afterAll, beforeAll, expect, test } from "vitest";
import { TestCity } from "./test-city.ts";
import type { Person } from "./test-city.ts";

let city: TestCity;
let anna: Person;
let office: string;
beforeAll(async () => {
  city = await TestCity.start();
  await city.provisioned();
  anna = await city.signIn("p-anna");
  office = await city.room("amt-12", "general");
});
afterAll(() => city.stop());

const stateOf = async (type: string) =>
  (
    await city.asAppservice(
      "GET",
      `/_matrix/client/v3/rooms/${encodeURIComponent(office)}/state/${type}/`,
    )
  ).json;

/** Somebody who may: the homeserver's administrator makes anna one who can change everything. */
async function takePower(): Promise<void> {
  const levels = await stateOf("m.room.power_levels");
  const users = { ...(levels["users"] as Record<string, number>), [anna.userId]: 100 };
  const answer = await city.asAppservice(
    "PUT",
    `/_matrix/client/v3/rooms/${encodeURIComponent(office)}/state/m.room.power_levels/`,
    { body: { ...levels, users } },
  );
  expect(answer.status).toBe(200);
}

const drift = async () =>
  (await city.api("GET", "/drift")).json["drift"] as readonly Record<string, unknown>[];

const put = (type: string, content: unknown) =>
  anna.call(
    "PUT",
    `/_matrix/client/v3/rooms/${encodeURIComponent(office)}/state/${type}/`,
    content,
  );

test("a room that somebody renames has its name back within seconds, and the drift is told", async () => {
  const name = (await stateOf("m.room.name"))["name"];
  await takePower();
  expect((await put("m.room.name", { name: "Kaffeeküche" })).status).toBe(200);
  await expect
    .poll(async () => (await stateOf("m.room.name"))["name"], { timeout: 15_000 })
    .toBe(name);
  await expect.poll(drift, { timeout: 10_000 }).toContainEqual(
    expect.objectContaining({
      room: "room:amt-12:general",
      what: "m.room.name",
      sender: anna.userId,
      state: "repaired",
    }),
  );
});

test("power that somebody took is taken from them again", async () => {
  const levels = await stateOf("m.room.power_levels");
  const users = { ...(levels["users"] as Record<string, number>) };
  await takePower();
  const taken = { ...users, [anna.userId]: 90 };
  expect((await put("m.room.power_levels", { ...levels, users: taken })).status).toBe(200);
  await expect
    .poll(
      async () =>
        ((await stateOf("m.room.power_levels"))["users"] as Record<string, number>)[anna.userId],
      { timeout: 15_000 },
    )
    .toBeUndefined();
});

test("who is put out by another, or goes by themselves, is back", async () => {
  const deputy = await city.userId("p-deputy");
  await takePower();
  const kick = await anna.call(
    "POST",
    `/_matrix/client/v3/rooms/${encodeURIComponent(office)}/kick`,
    { user_id: deputy },
  );
  expect(kick.status).toBe(200);
  await expect.poll(() => city.members(office), { timeout: 15_000 }).toContain(deputy);
});

test("a stranger whom somebody let in is out again", async () => {
  const teacher = await city.signIn("p-teacher");
  await takePower();
  const path = `/_matrix/client/v3/rooms/${encodeURIComponent(office)}`;
  expect((await anna.call("POST", `${path}/invite`, { user_id: teacher.userId })).status).toBe(200);
  expect((await teacher.call("POST", `${path}/join`, {})).status).toBe(200);
  await expect.poll(() => city.members(office), { timeout: 15_000 }).not.toContain(teacher.userId);
});

test("a room that people made themselves is never touched", async () => {
  const { json } = await anna.call("POST", "/_matrix/client/v3/createRoom", {
    name: "12 IT",
    preset: "private_chat",
  });
  const own = encodeURIComponent(String(json["room_id"]));
  await anna.call("PUT", `/_matrix/client/v3/rooms/${own}/state/m.room.name/`, { name: "Mittag" });
  const before = city.count("events", `room_id = '${String(json["room_id"])}'`);
  await city.run();
  expect(city.count("events", `room_id = '${String(json["room_id"])}'`)).toBe(before);
});
