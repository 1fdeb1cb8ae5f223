import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MANAGED_TYPE, ROOM_CLASS_TYPE } from "@klaaf/protocol";
import { TestCity } from "./test-city.ts";

let city: TestCity;
beforeAll(async () => {
  city = await TestCity.start();
  await city.provisioned();
});
afterAll(() => city.stop());

const path = (roomId: string) => `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}`;

async function people(...sourceIds: readonly string[]): Promise<readonly string[]> {
  return (await Promise.all(sourceIds.map((id) => city.userId(id)))).toSorted();
}

describe("a small town, provisioned into a real Synapse", () => {
  test("each unit is a space, linked below its parent and to its rooms", async () => {
    const office = await city.space("amt-12");
    const { json: parent } = await city.asAppservice(
      "GET",
      `${path(office)}/state/m.space.parent/${encodeURIComponent(await city.space("dez-1"))}`,
    );
    expect(parent).toMatchObject({ canonical: true });
    const { json } = await city.asAppservice(
      "GET",
      `/_matrix/client/v1/rooms/${encodeURIComponent(office)}/hierarchy?max_depth=1`,
    );
    const rooms = json["rooms"] as readonly { readonly room_id: string }[];
    expect(rooms.map(({ room_id }) => room_id).toSorted()).toEqual(
      [
        office,
        await city.room("amt-12", "general"),
        await city.room("amt-12", "announcements"),
        await city.room("amt-12", "leads"),
        await city.space("abt-121"),
      ].toSorted(),
    );
  });

  test("people are in the rooms of their units, and in no others", async () => {
    expect((await city.members(await city.room("amt-12", "general"))).toSorted()).toEqual(
      await people("p-head", "p-deputy", "p-anna"),
    );
    expect((await city.members(await city.room("amt-12", "leads"))).toSorted()).toEqual(
      await people("p-head", "p-deputy", "p-ben"),
    );
    expect((await city.members(await city.room("abt-121", "general"))).toSorted()).toEqual(
      await people("p-anna", "p-ben"),
    );
  });

  test("every managed room carries its marker and its class", async () => {
    const room = await city.room("schule-01", "general");
    const marker = await city.asAppservice("GET", `${path(room)}/state/${MANAGED_TYPE}/`);
    expect(marker.json).toMatchObject({ kind: "room", unit: "schule-01", template: "general" });
    const roomClass = await city.asAppservice("GET", `${path(room)}/state/${ROOM_CLASS_TYPE}/`);
    expect(roomClass.json).toMatchObject({ protection: "intern" });
  });

  test("a Matrix ID tells nothing of the person, who is called by the directory's name", async () => {
    const userId = await city.userId("p-anna");
    expect(userId).toMatch(/^@u[0-9a-z]{12,17}:kleinstadt\.localhost$/);
    const profile = await city.asAppservice("GET", `/_matrix/client/v3/profile/${userId}`);
    expect(profile.json["displayname"]).toBe("Anna Öztürk");
  });

  test("a second run plans nothing and leaves no event behind", async () => {
    const before = city.count("events");
    const json = await city.run();
    expect(json).toMatchObject({ planned: 0, done: 0, failures: [], held: 0 });
    expect(city.count("events")).toBe(before);
  });

  test("after a restart nothing is made again", async () => {
    const before = city.count("events");
    await city.appservice.stop();
    await city.startAppservice();
    expect(await city.provisioned()).toMatchObject({ total: 0 });
    expect(city.count("events")).toBe(before);
  });

  test("a membership costs one event in a room", async () => {
    const room = await city.room("amt-12", "general");
    const events = city.count("room_memberships", `room_id = '${room}'`);
    const members = (await city.members(room)).length;
    // The provisioning account's own, as the room's creator.
    expect(events).toBe(members + 1);
  });
});

describe("what the parts say of themselves", () => {
  test("healthz, readyz and metrics answer", async () => {
    expect((await fetch(`${city.appserviceUrl}/healthz`)).status).toBe(200);
    const ready = await fetch(`${city.appserviceUrl}/readyz`);
    expect(await ready.json()).toEqual({
      status: "ready",
      parts: { store: "ready", homeserver: "ready" },
    });
    const metrics = await (await fetch(`${city.appserviceUrl}/metrics`)).text();
    expect(metrics).toMatch(
      /^appservice_homeserver_requests_total\{method="GET",status="200"\} [1-9]/m,
    );
  });

  test("readyz says within seconds that the homeserver is away, and healthz stays well", async () => {
    await city.synapse.kill();
    const ready = await fetch(`${city.appserviceUrl}/readyz`, {
      signal: AbortSignal.timeout(5000),
    });
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      parts: { store: "ready", homeserver: "not ready" },
    });
    expect((await fetch(`${city.appserviceUrl}/healthz`)).status).toBe(200);
    await city.startSynapse();
    expect((await fetch(`${city.appserviceUrl}/readyz`)).status).toBe(200);
  });

  test("the log tells of the run, and names nobody", () => {
    const log = city.log("appservice");
    expect(log).toContain("provisioning run ended");
    for (const word of ["Öztürk", "Schmitz", "stadt.example", city.synapse.actToken]) {
      expect(log).not.toContain(word);
    }
  });
});
