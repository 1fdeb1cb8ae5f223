import { mkdtempSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { programFor } from "../needs.ts";
import { ANSWER, QUESTION } from "../soak/types.ts";
import { startAppservice } from "../stack/appservice.ts";
import type { Child } from "../stack/child.ts";
import { freePort } from "../stack/ports.ts";
import { startPostgres } from "../stack/postgres.ts";
import type { Postgres } from "../stack/postgres.ts";
import { request, TestCity } from "./test-city.ts";

const MAIN = fileURLToPath(new URL("../soak/counting-appservice.ts", import.meta.url));
const EVENTS = 300;

describe.runIf(programFor("postgresql") !== undefined)("two copies of the appservice", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "klaaf-copies-"));
  let postgres: Postgres;
  let city: TestCity;
  let second: Child;
  let secondUrl: string;
  let store: Client;
  beforeAll(async () => {
    postgres = await startPostgres({ directory: path.join(folder, "data") });
    const url = await postgres.createDatabase("appservice");
    city = await TestCity.start({ main: MAIN, store: { kind: "postgres", url } });
    await city.provisioned();
    const port = await freePort();
    secondUrl = `http://127.0.0.1:${port}`;
    second = await startAppservice({
      directory: path.join(city.directory, "second"),
      logFile: path.join(city.directory, "logs", "second.log"),
      port,
      serverName: city.serverName,
      homeserverUrl: city.synapse.url,
      registrations: city.synapse.registrations,
      source: city.source,
      priorityPeople: [],
      store: { kind: "postgres", url },
      main: MAIN,
    });
    store = new Client({ connectionString: url });
    await store.connect();
  });
  afterAll(async () => {
    await store.end();
    await second.stop();
    await city.stop();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const numberOf = async (query: string) => {
    const { rows } = await store.query<{ count: string }>(query);
    return Number(rows[0]?.count);
  };
  async function push(url: string, number: number, roomId: string): Promise<void> {
    const events = [
      { event_id: `$q${number}`, room_id: roomId, type: QUESTION, content: { number } },
    ];
    const address = `${url}/_matrix/app/v1/transactions/soak${number}`;
    const { status } = await request("PUT", address, city.synapse.hearHomeserverToken, { events });
    expect(status).toBe(200);
  }

  it("share one inbox and one outbox: each event has one effect and one answer, also when one copy is killed", async () => {
    const roomId = await city.room("amt-12", "general");
    // Every event comes to both.
    for (let number = 0; number < EVENTS; number += 1) {
      await Promise.all([
        push(city.appserviceUrl, number, roomId),
        push(secondUrl, number, roomId),
      ]);
    }
    await expect
      .poll(() => numberOf("select count(*) from soak_effect"), { timeout: 30_000 })
      .toBeGreaterThan(0);
    const { rows } = await store.query<{ instance: string }>(
      "select instance from lease where name = 'outbox'",
    );
    const firstHasIt = rows[0]?.instance === `${hostname()}:${new URL(city.appserviceUrl).port}`;
    await (firstHasIt ? city.appservice : second).kill();
    expect(city.count("events", `type = '${ANSWER}'`)).toBeLessThan(EVENTS);

    await expect
      .poll(async () => city.count("events", `type = '${ANSWER}'`), { timeout: 90_000 })
      .toBe(EVENTS);
    await expect
      .poll(() => numberOf("select count(*) from outbox where sent_at is null"), {
        timeout: 30_000,
      })
      .toBe(0);
    expect(await numberOf("select count(*) from soak_effect where times = 1")).toBe(EVENTS);
    expect(await numberOf("select count(distinct event_id) from outbox")).toBe(EVENTS);
    expect(city.count("events", `type = '${ANSWER}'`)).toBe(EVENTS);
  }, 240_000);
});
