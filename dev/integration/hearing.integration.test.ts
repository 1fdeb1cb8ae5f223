import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ANSWER, QUESTION } from "../soak/types.ts";
import { request, TestCity } from "./test-city.ts";
import type { Person } from "./test-city.ts";

const CANARY = "Kanarienvogel-3f9c2b";

const MAIN = fileURLToPath(new URL("../soak/counting-appservice.ts", import.meta.url));

let city: TestCity;
let anna: Person;
beforeAll(async () => {
  // With one capability that asks for an event's number, and for nothing else of it.
  city = await TestCity.start({ main: MAIN });
  await city.provisioned();
  anna = await city.signIn("p-anna");
});
afterAll(() => city.stop());

const send = (roomId: string, txnId: string, body: string) =>
  anna.call(
    "PUT",
    `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/m.room.message/${txnId}`,
    { msgtype: "m.text", body },
  );

/** How many pushed events the appservice has taken, kept or not. */
async function heard(what: "kept" | "dropped"): Promise<number> {
  const metrics = await (await fetch(`${city.appserviceUrl}/metrics`)).text();
  const line = new RegExp(
    `^appservice_inbox_events_total\\{[^}]*"${what}"[^}]*\\} (\\d+)`,
    "m",
  ).exec(metrics);
  return Number(line?.[1] ?? 0);
}

/** Asks again until `probe` holds: the homeserver pushes when it gets to it. */
async function until(probe: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await probe())) {
    if (Date.now() > deadline) throw new Error("It did not come to pass within 30 s.");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function bytesBelow(folder: string): Buffer {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Buffer.concat(files.map((file) => readFileSync(path.join(file.parentPath, file.name))));
}

test("what people write among themselves never reaches the appservice", async () => {
  const managed = await city.room("abt-121", "general");
  // Pushed in the order of the stream: behind this one nothing of provisioning is to come.
  const dropped = await heard("dropped");
  expect((await send(managed, "barrier", "Guten Morgen")).status).toBe(200);
  await until(async () => (await heard("dropped")) > dropped);
  const kept = await heard("kept");
  const { json } = await anna.call("POST", "/_matrix/client/v3/createRoom", {
    name: "Mittagessen",
    preset: "private_chat",
  });
  expect((await send(String(json["room_id"]), "own", CANARY)).status).toBe(200);
  // A message in a managed room comes later in the stream: when it has been pushed, the private one
  // would have been.
  const before = await heard("dropped");
  expect((await send(managed, "managed", "Guten Morgen")).status).toBe(200);
  await until(async () => (await heard("dropped")) > before);
  expect((await heard("dropped")) - before).toBe(1);
  expect(await heard("kept")).toBe(kept);
});

test("an event that no capability asked for is answered, and found in no store and no log", async () => {
  const before = await heard("dropped");
  await send(await city.room("abt-121", "general"), "canary", CANARY);
  await until(async () => (await heard("dropped")) > before);
  await city.appservice.stop();
  expect(bytesBelow(city.storeDirectory).includes(CANARY)).toBe(false);
  expect(city.log("appservice")).not.toContain(CANARY);
  await city.startAppservice();
});

test("of an event that a capability asked for, what it did not ask for is found in no store and no log", async () => {
  const roomId = await city.room("abt-121", "general");
  const before = await heard("kept");
  const { status } = await anna.call(
    "PUT",
    `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/${QUESTION}/kept`,
    { number: 1, body: CANARY, "m.relates_to": { note: CANARY } },
  );
  expect(status).toBe(200);
  await until(async () => (await heard("kept")) > before);
  // It was handled, and answered through the outbox.
  await until(async () => city.count("events", `type = '${ANSWER}'`) === 1);
  await city.appservice.stop();
  // The whole folder: tables, indexes and the engine's write-ahead log.
  expect(bytesBelow(city.storeDirectory).includes(CANARY)).toBe(false);
  expect(city.log("appservice")).not.toContain(CANARY);
  await city.startAppservice();
});

test("a transaction without the homeserver's token is refused", async () => {
  const url = `${city.appserviceUrl}/_matrix/app/v1/transactions/1`;
  expect((await request("PUT", url, undefined, { events: [] })).status).toBe(401);
  for (const token of ["wrong", city.synapse.actToken, city.synapse.hearToken]) {
    expect((await request("PUT", url, token, { events: [] })).status).toBe(403);
  }
  const right = await request("PUT", url, city.synapse.hearHomeserverToken, { events: [] });
  expect(right.status).toBe(200);
});

test("the acting registration hears nothing: Synapse has no address to push to", async () => {
  const yaml = readFileSync(city.synapse.registrations.act, "utf8");
  expect(yaml).toMatch(/^url: null$/m);
  expect(city.count("application_services_txns", "as_id = 'klaaf-act'")).toBe(0);
});

test("the appservice answers the homeserver's ping", async () => {
  const answer = await request(
    "POST",
    `${city.synapse.url}/_matrix/client/v1/appservice/klaaf-hear/ping`,
    city.synapse.hearToken,
    { transaction_id: "ping" },
  );
  expect(answer.status).toBe(200);
});
