import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { openStore } from "../../appservice/src/storage/index.ts";
import { TestCity } from "../integration/test-city.ts";
import type { Person } from "../integration/test-city.ts";
import { Random } from "../sample-city/random.ts";
import { startReplayingProxy } from "./replaying-proxy.ts";
import type { ReplayingProxy } from "./replaying-proxy.ts";
import { ANSWER, QUESTION } from "./types.ts";

const MAIN = fileURLToPath(new URL("counting-appservice.ts", import.meta.url));

export type SoakOptions = {
  readonly cycles: number;
  readonly seed: number;
  /** Every so many cycles Synapse is killed; in between, the appservice. */
  readonly synapseEvery: number;
  readonly onCycle?: (cycle: number, killed: string) => void;
};

/** What came of it: 0 everywhere but `asked` is right. */
export type SoakResult = {
  readonly asked: number;
  readonly lostEffects: number;
  readonly doubleEffects: number;
  readonly lostAnswers: number;
  readonly doubleAnswers: number;
  readonly quarantined: number;
  readonly transactions: number;
  readonly deliveries: number;
};

/**
 * Kills appservice and Synapse again and again (SIGKILL) while people ask and the appservice answers, with
 * every transaction delivered twice; then counts.
 */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const random = new Random(options.seed);
  const proxies: ReplayingProxy[] = [];
  const city = await TestCity.start({
    main: MAIN,
    async pushedTo(url) {
      const proxy = await startReplayingProxy(url, () => random.next());
      proxies.push(proxy);
      return proxy.url;
    },
  });
  try {
    await city.provisioned();
    const rooms = await Promise.all([
      city.room("amt-12", "general"),
      city.room("abt-121", "general"),
    ]);
    const anna = await city.signIn("p-anna");
    const asking: Promise<void>[] = [];
    for (let cycle = 1; cycle <= options.cycles; cycle += 1) {
      for (let count = 1 + random.below(5); count > 0; count -= 1) {
        const room = rooms[asking.length % rooms.length] ?? "";
        asking.push(ask(anna, room, asking.length));
      }
      await new Promise((resolve) => setTimeout(resolve, random.below(250)));
      const killed = await killOne(city, cycle % options.synapseEvery === 0 ? random : undefined);
      options.onCycle?.(cycle, killed);
    }
    await Promise.all(asking);
    await settled(city, asking.length);
    await city.appservice.stop();
    const { transactions = 0, deliveries = 0 } = proxies[0]?.counts ?? {};
    return { ...(await count(city, asking.length)), transactions, deliveries };
  } finally {
    for (const proxy of proxies) proxy.stop();
    await city.stop();
  }
}

/** Kills and starts one of the two; given a source of chance, Synapse, and sometimes both. */
async function killOne(city: TestCity, random: Random | undefined): Promise<string> {
  if (random === undefined) {
    await city.appservice.kill();
    await city.startAppservice({ confirm: false });
    return "appservice";
  }
  if (random.next() < 0.7) {
    await city.synapse.kill();
    await city.startSynapse();
    return "Synapse";
  }
  await Promise.all([city.synapse.kill(), city.appservice.kill()]);
  await city.startSynapse();
  await city.startAppservice({ confirm: false });
  return "both";
}

/** A person's client: sends until it has an answer, with the same transaction id. */
async function ask(person: Person, roomId: string, number: number): Promise<void> {
  const address = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/${QUESTION}/q${number}`;
  for (;;) {
    try {
      const { status } = await person.call("PUT", address, { number });
      if (status === 200) return;
    } catch {
      // Synapse is down.
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Waits until nothing is under way any more. */
async function settled(city: TestCity, asked: number): Promise<void> {
  const deadline = Date.now() + 90_000;
  for (;;) {
    const metrics = await (await fetch(`${city.appserviceUrl}/metrics`)).text();
    const waiting = [...metrics.matchAll(/^appservice_(?:inbox|outbox)_waiting (\d+)/gm)];
    const idle = waiting.length === 2 && waiting.every(([, count]) => count === "0");
    const answers = city.count("events", `type = '${ANSWER}'`);
    if (idle && answers >= asked && city.count("application_services_txns") === 0) return;
    // Something was lost: the count will say what.
    if (Date.now() > deadline) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function count(city: TestCity, asked: number) {
  const store = await openStore({ kind: "pglite", directory: city.storeDirectory });
  try {
    const effects = await sql<{
      number: number;
      times: number;
    }>`select number, times from soak_effect`.execute(store.db);
    const quarantined = await sql<{ count: string }>`select
      (select count(*) from inbox_event where quarantined_at is not null) +
      (select count(*) from outbox where quarantined_at is not null) as count`.execute(store.db);
    const answers = numbersOf(city, ANSWER);
    return {
      asked,
      lostEffects: asked - effects.rows.length,
      doubleEffects: effects.rows.filter(({ times }) => times !== 1).length,
      lostAnswers: asked - new Set(answers).size,
      doubleAnswers: answers.length - new Set(answers).size,
      quarantined: Number(quarantined.rows[0]?.count ?? 0),
    };
  } finally {
    await store.close();
  }
}

/** The numbers that the events of a type carry, from Synapse's own database. */
function numbersOf(city: TestCity, type: string): readonly number[] {
  const db = new DatabaseSync(path.join(city.directory, "synapse", "homeserver.db"), {
    readOnly: true,
    timeout: 10_000,
  });
  try {
    return db
      .prepare(
        `select json_extract(json, '$.content.number') as number
         from event_json join events using (event_id) where type = ?`,
      )
      .all(type)
      .map((row) => Number(row["number"]));
  } finally {
    db.close();
  }
}
