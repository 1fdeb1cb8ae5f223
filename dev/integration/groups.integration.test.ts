// Rooms of groups and projects on a real homeserver: what is confidential is ruled by its members.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseDocument } from "yaml";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SMALL_TOWN, TestCity } from "./test-city.ts";
import type { Person } from "./test-city.ts";

const source = path.join(tmpdir(), `klaaf-groups-${process.pid}.yaml`);
const base = parseDocument(readFileSync(SMALL_TOWN, "utf8")).toJS() as {
  readonly people: readonly { readonly id: string }[];
};
const council = { id: "personalrat", name: "Personalrat", lead: "p-head", members: ["p-anna"] };
const town = {
  ...base,
  groups: [council, { id: "ersthelfer", name: "Ersthelfer", members: ["p-ben", "p-anna"] }],
  projects: [
    { id: "wache", name: "Neue Wache", owner: "p-ben", members: ["p-anna"], until: "2099-12-31" },
    { id: "alt", name: "Alte Wache", owner: "p-ben", members: ["p-anna"], until: "2020-12-31" },
  ],
};
let city: TestCity;
let head: Person;
let anna: Person;

const strip = (ids: readonly string[]) => ids.filter((id) => id !== "p-anna");

async function runWith(content: unknown): Promise<Readonly<Record<string, unknown>>> {
  city.writeSource(JSON.stringify(content));
  return city.run();
}
async function roomOf(key: string): Promise<string> {
  const { rooms } = (await city.api("GET", "/rooms")).json as {
    readonly rooms: readonly { readonly key: string; readonly roomId: string }[];
  };
  return rooms.find((room) => room.key === key)?.roomId ?? `no room ${key}`;
}
const at = (roomId: string, rest: string) =>
  `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/${rest}`;
const write = async (who: Person, key: string) =>
  (
    await who.call("PUT", at(await roomOf(key), `send/m.room.message/${Math.random()}`), {
      msgtype: "m.text",
      body: "Guten Morgen",
    })
  ).status;
/** Everybody's membership, as the homeserver's administrator sees it. */
async function membershipsIn(roomId: string): Promise<ReadonlyMap<string, unknown>> {
  const address = `/_synapse/admin/v1/rooms/${encodeURIComponent(roomId)}/state`;
  const { state } = (await city.asAppservice("GET", address)).json as {
    readonly state: readonly {
      readonly type: string;
      readonly state_key: string;
      readonly content: Readonly<Record<string, unknown>>;
    }[];
  };
  return new Map(
    state
      .filter(({ type }) => type === "m.room.member")
      .map(({ content, state_key: userId }) => [userId, content["membership"]]),
  );
}

beforeAll(async () => {
  writeFileSync(source, JSON.stringify(town));
  city = await TestCity.start({ source });
  await city.provisioned();
  head = await city.signIn("p-head");
  anna = await city.signIn("p-anna");
});
afterAll(async () => {
  await city.stop();
  rmSync(source, { force: true });
});

test("a group's people are in its room, and write", async () => {
  const room = await roomOf("group:ersthelfer");
  expect((await city.members(room)).toSorted()).toEqual(
    [anna.userId, await city.userId("p-ben")].toSorted(),
  );
  expect(await write(anna, "group:ersthelfer")).toBe(200);
});

test("a project's people write until its last day, and not after", async () => {
  expect(await write(anna, "project:wache")).toBe(200);
  expect(await write(anna, "project:alt")).toBe(403);
});

test("the staff council's room is encrypted, its people are invited, and we leave it at the first entry", async () => {
  const room = await roomOf("group:personalrat");
  expect(await membershipsIn(room)).toEqual(
    new Map<string, unknown>([
      [`@provisioning:${city.serverName}`, "join"],
      [head.userId, "invite"],
      [anna.userId, "invite"],
    ]),
  );
  expect((await head.call("POST", at(room, "join"), {})).status).toBe(200);
  await expect
    .poll(async () => (await membershipsIn(room)).get(`@provisioning:${city.serverName}`), {
      timeout: 10_000,
    })
    .toBe("leave");
  expect((await anna.call("POST", at(room, "join"), {})).status).toBe(200);
  expect((await head.call("GET", at(room, "state/m.room.encryption/"))).json).toMatchObject({
    algorithm: "m.megolm.v1.aes-sha2",
  });
});

test("we cannot come back into it, nor bring anybody in", async () => {
  const room = await roomOf("group:personalrat");
  const ben = await city.userId("p-ben");
  expect((await city.asAppservice("POST", at(room, "join"), { body: {} })).status).toBe(403);
  expect(
    (await city.asAppservice("POST", at(room, "invite"), { body: { user_id: ben } })).status,
  ).toBe(403);
});

test("who comes later waits for a member, who lets them in", async () => {
  const more = { ...council, members: ["p-anna", "p-ben"] };
  const now = { ...town, groups: [more, town.groups[1]] };
  city.writeSource(JSON.stringify(now));
  const room = await roomOf("group:personalrat");
  expect(await runWith(now)).toMatchObject({ failures: [] });
  const ben = await city.signIn("p-ben");
  expect((await membershipsIn(room)).get(ben.userId)).toBeUndefined();
  expect((await anna.call("POST", at(room, "invite"), { user_id: ben.userId })).status).toBe(200);
  expect((await ben.call("POST", at(room, "join"), {})).status).toBe(200);
  // Nothing is held against them at the next run.
  expect(await runWith(now)).toMatchObject({ failures: [] });
  expect((await membershipsIn(room)).get(ben.userId)).toBe("join");
});

test("who leads passes power on", async () => {
  const room = await roomOf("group:personalrat");
  const levels = (await head.call("GET", at(room, "state/m.room.power_levels/"))).json;
  const users = { ...(levels["users"] as object), [anna.userId]: 50 };
  const answer = await head.call("PUT", at(room, "state/m.room.power_levels/"), {
    ...levels,
    users,
  });
  expect(answer.status).toBe(200);
});

test("who leaves the organisation leaves the confidential room as well, by their own account", async () => {
  const room = await roomOf("group:personalrat");
  const people = base.people.filter(({ id }) => id !== "p-anna");
  const now = {
    ...town,
    people,
    groups: town.groups.map((group) => ({ ...group, members: strip(group.members) })),
    projects: town.projects.map((project) => ({ ...project, members: strip(project.members) })),
  };
  expect(await runWith(now)).toMatchObject({ failures: [] });
  const whoAmI = await anna.call("GET", "/_matrix/client/v3/account/whoami");
  expect(whoAmI).toMatchObject({ status: 401, json: { errcode: "M_USER_LOCKED" } });
  expect((await membershipsIn(room)).get(anna.userId)).toBe("leave");
});
