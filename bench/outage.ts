// `npm run bench:outage`: the appservice is down for an hour of a busy city: 18,000 events wait in Synapse.
// How long until the first is handled, until all are, and what memory does that take? On PostgreSQL, then
// on the embedded engine with the same queue. Real events, made through Synapse's own API.
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { sql } from "kysely";
import { openStore } from "../appservice/src/storage/index.ts";
import type { StoreConfig } from "../appservice/src/storage/index.ts";
import { TestCity } from "../dev/integration/test-city.ts";
import { runMain } from "../dev/run-main.ts";
import { QUESTION } from "../dev/soak/types.ts";
import { startAppservice } from "../dev/stack/appservice.ts";
import { startPostgres } from "../dev/stack/postgres.ts";

const MAIN = fileURLToPath(new URL("../dev/soak/counting-appservice.ts", import.meta.url));
const AT_ONCE = 8;
const TICKS_PER_SECOND = 100;

type Measured = {
  readonly store: string;
  readonly firstSeconds: number;
  readonly drainedSeconds: number;
  readonly peakMiB: number;
  readonly cpuSeconds: { readonly appservice: number; readonly synapse: number };
};

const cpuSecondsOf = (pid: number): number => {
  // After the name in brackets: state, ppid, …; user and system time are the 12th and 13th from there.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
};

/** The most memory a process had in RAM so far, in MiB. */
const peakMiBOf = (pid: number): number =>
  Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

type Place = { readonly room: string; readonly person: string };

/** Who may write where. The appservice knows, so it is asked before it goes. */
async function placesIn(city: TestCity): Promise<readonly Place[]> {
  const people = await Promise.all(["p-anna", "p-head", "p-deputy"].map((id) => city.userId(id)));
  const rooms = [await city.room("amt-12", "general"), await city.room("dez-1", "general")];
  const inside = await Promise.all(rooms.map((room) => city.members(room)));
  return rooms.flatMap((room, index) =>
    people.filter((person) => inside[index]?.includes(person)).map((person) => ({ room, person })),
  );
}

/** Several people write in several rooms, as the acting registration, which no limit slows. */
async function makeEvents(city: TestCity, places: readonly Place[], events: number): Promise<void> {
  let next = 0;
  const work = async () => {
    for (let number = next++; number < events; number = next++) {
      const place = places[number % places.length];
      const { status } = await city.asAppservice(
        "PUT",
        `/_matrix/client/v3/rooms/${encodeURIComponent(place?.room ?? "")}/send/${QUESTION}/${number}`,
        { as: place?.person ?? "", body: { number, quiet: true } },
      );
      if (status !== 200) throw new Error(`Event ${number} was refused with ${status}.`);
      if (number % 1000 === 999) process.stderr.write(`${number + 1} events made\n`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** The embedded store is the one that the appservice had before; the other is as good as new. */
async function measure(city: TestCity, events: number, store: StoreConfig): Promise<Measured> {
  const directory = path.join(city.directory, store.kind === "postgres" ? "bench" : "appservice");
  const before = cpuSecondsOf(city.synapse.pid);
  const started = Date.now();
  const child = await startAppservice({
    directory,
    logFile: path.join(city.directory, "logs", `bench-${store.kind}.log`),
    port: Number(new URL(city.appserviceUrl).port),
    serverName: city.serverName,
    homeserverUrl: city.synapse.url,
    registrations: city.synapse.registrations,
    source: city.source,
    priorityPeople: [],
    main: MAIN,
    ...(store.kind === "postgres" ? { store } : {}),
  });
  const handled = /^appservice_inbox_handled_total\{[^}]*"processed"[^}]*\} (\d+)/m;
  for (let count = 0; count < events;) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const metrics = await (await fetch(`${city.appserviceUrl}/metrics`)).text();
    count = Number(handled.exec(metrics)?.[1] ?? 0);
  }
  const cpuSeconds = {
    appservice: cpuSecondsOf(child.pid),
    synapse: cpuSecondsOf(city.synapse.pid) - before,
  };
  const peakMiB = peakMiBOf(child.pid);
  await child.stop();
  const opened = await openStore(store);
  const { rows } = await sql<{
    count: string;
    times: number;
    first: Date;
    last: Date;
  }>`select count(*) as count, max(times) as times, min(at) as first, max(at) as last
    from soak_effect`.execute(opened.db);
  await opened.close();
  const [row] = rows;
  if (row === undefined || Number(row.count) !== events || row.times !== 1)
    throw new Error(`Of ${events} events ${row?.count} were handled, one ${row?.times} times.`);
  return {
    store: store.kind === "postgres" ? "PostgreSQL" : "embedded",
    firstSeconds: (row.first.getTime() - started) / 1000,
    drainedSeconds: (row.last.getTime() - started) / 1000,
    peakMiB,
    cpuSeconds,
  };
}

await runMain(async () => {
  const { values } = parseArgs({ options: { events: { type: "string", default: "18000" } } });
  const events = Number(values.events);
  const folder = mkdtempSync(path.join(tmpdir(), "klaaf-outage-"));
  const postgres = await startPostgres({ directory: path.join(folder, "data") });
  const city = await TestCity.start({ main: MAIN });
  try {
    await city.provisioned();
    const database = path.join(city.directory, "synapse", "homeserver.db");
    const kept = path.join(folder, "homeserver.db");
    const places = await placesIn(city);
    await city.appservice.kill();
    const making = Date.now();
    await makeEvents(city, places, events);
    const makingSeconds = (Date.now() - making) / 1000;
    const source = new DatabaseSync(database, { timeout: 30_000, readOnly: true });
    await backup(source, kept);
    source.close();
    const url = await postgres.createDatabase("outage");
    await (await openStore({ kind: "postgres", url })).close();
    const measured = [await measure(city, events, { kind: "postgres", url })];
    await city.synapse.stop();
    for (const more of ["-wal", "-shm"]) rmSync(`${database}${more}`, { force: true });
    copyFileSync(kept, database);
    await city.startSynapse();
    measured.push(await measure(city, events, { kind: "pglite", directory: city.storeDirectory }));
    process.stdout.write(
      `${events} events, made in ${makingSeconds.toFixed(0)} s\n\n` +
        "| Store | first handled | all handled | peak memory | CPU appservice | CPU Synapse |\n" +
        "| ----- | ------------: | ----------: | ----------: | -------------: | ----------: |\n",
    );
    for (const { store, firstSeconds, drainedSeconds, peakMiB, cpuSeconds } of measured) {
      process.stdout.write(
        `| ${store} | ${firstSeconds.toFixed(1)} s | ${drainedSeconds.toFixed(0)} s | ${peakMiB.toFixed(0)} MiB | ${cpuSeconds.appservice.toFixed(0)} s | ${cpuSeconds.synapse.toFixed(0)} s |\n`,
      );
    }
  } finally {
    await city.stop();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
