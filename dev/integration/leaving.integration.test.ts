import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseDocument } from "yaml";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SMALL_TOWN, TestCity } from "./test-city.ts";
import type { Person } from "./test-city.ts";

const source = path.join(tmpdir(), `klaaf-leaving-${process.pid}.yaml`);
const whole = readFileSync(SMALL_TOWN, "utf8");
let city: TestCity;
let anna: Person;

beforeAll(async () => {
  writeFileSync(source, whole);
  city = await TestCity.start({ source });
  await city.provisioned();
  anna = await city.signIn("p-anna");
});
afterAll(async () => {
  await city.stop();
  rmSync(source, { force: true });
});

/** The town's file without some of its people. */
function without(...gone: readonly string[]): string {
  const town = parseDocument(whole).toJS() as { people: readonly { readonly id: string }[] };
  return JSON.stringify({ ...town, people: town.people.filter(({ id }) => !gone.includes(id)) });
}

async function runWith(town: string): Promise<Readonly<Record<string, unknown>>> {
  city.writeSource(town);
  return city.run();
}

/** Changes of who is in a room, as Synapse wrote them. */
const events = () => city.count("events", "type = 'm.room.member'");
/** How many places people have in rooms now. */
const places = () =>
  city.count("current_state_events", "type = 'm.room.member' and membership = 'join'");
const office = () => city.room("amt-12", "general");
const whoAmI = () => anna.call("GET", "/_matrix/client/v3/account/whoami");
const write = async () =>
  anna.call(
    "PUT",
    `/_matrix/client/v3/rooms/${encodeURIComponent(await office())}/send/m.room.message/${Math.random()}`,
    { msgtype: "m.text", body: "Guten Morgen" },
  );

test("who leaves is refused at once with every session, and is in no managed room any more", async () => {
  expect((await write()).status).toBe(200);
  expect(await runWith(without("p-anna"))).toMatchObject({ failures: [], held: 0 });
  expect(await whoAmI()).toMatchObject({ status: 401, json: { errcode: "M_USER_LOCKED" } });
  expect((await write()).status).toBe(401);
  for (const room of [await office(), await city.room("abt-121", "general")]) {
    expect(await city.members(room)).not.toContain(anna.userId);
  }
  expect(await city.members(await city.space("amt-12"))).not.toContain(anna.userId);
});

test("a second run finds nothing more to do", async () => {
  const before = events();
  expect(await runWith(without("p-anna"))).toMatchObject({ planned: 0, held: 0 });
  expect(events()).toBe(before);
});

test("who comes back goes on with the same account, the same session and the same rooms", async () => {
  expect(await runWith(whole)).toMatchObject({ failures: [], held: 0 });
  expect(await city.userId("p-anna")).toBe(anna.userId);
  expect((await whoAmI()).status).toBe(200);
  expect(await city.members(await office())).toContain(anna.userId);
  expect((await write()).status).toBe(200);
});

test("a unit that loses most of its people at once keeps them in its rooms until people decide", async () => {
  const before = (await city.members(await office())).toSorted();
  await runWith(without("p-head", "p-deputy", "p-anna", "p-ben"));
  const { json } = await city.api("POST", "/plans");
  expect(json["lines"]).toContainEqual(
    expect.objectContaining({
      does: "remove-member",
      waits: { scope: "unit", unit: "amt-12", removals: 4, allowed: 3 },
    }),
  );
  expect((await city.members(await office())).toSorted()).toEqual(before);
  expect(await runWith(whole)).toMatchObject({ failures: [], held: 0 });
  expect((await whoAmI()).status).toBe(200);
});

test("a file that is empty, cut off or names nobody takes nobody's access or place", async () => {
  const before = places();
  const everybody = [...whole.matchAll(/id: (p-\w+)/g)].map(([, id = ""]) => id);
  const half = whole.slice(0, whole.length / 2);
  for (const broken of ["", "people: [", half, "[]", without(...everybody)]) {
    const answer = await runWith(broken);
    expect(answer).toMatchObject({ planned: 0 });
    expect(answer["problems"], broken.slice(0, 20)).not.toEqual([]);
  }
  expect((await whoAmI()).status).toBe(200);
  // Mending what earlier runs' late events told may still be under way: in the end all are where they were.
  await expect.poll(places).toBe(before);
});

test("who moves to another unit is in its rooms, and in the old ones no more", async () => {
  const moved = whole.replace(
    "{ unit: schule-01, function: member",
    "{ unit: amt-12, function: member",
  );
  expect(moved).not.toBe(whole);
  expect(await runWith(moved)).toMatchObject({ failures: [], held: 0 });
  const teacher = await city.userId("p-teacher");
  expect(await city.members(await office())).toContain(teacher);
  expect(await city.members(await city.room("schule-01", "general"))).not.toContain(teacher);
});
