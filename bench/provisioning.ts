// `npm run bench:provisioning -- --people 200`: a first provisioning by the plainest loops over Synapse's API
// and by our appservice, each on a fresh Synapse in the same run; they must end in the same rooms with the
// same people. Options: --people N, --width N (requests at once in the loops), --repeat N, --synapse sqlite or
// postgres, --only TEXT (rows whose name holds it).
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseArgs } from "node:util";
import { Client } from "pg";
import { makeCity } from "../dev/sample-city/city.ts";
import { paths } from "../dev/paths.ts";
import { terminalReport } from "../dev/report.ts";
import { startAppservice } from "../dev/stack/appservice.ts";
import { confirmFirstRun } from "../dev/stack/first-run.ts";
import { freePort } from "../dev/stack/ports.ts";
import { startPostgres } from "../dev/stack/postgres.ts";
import type { Postgres } from "../dev/stack/postgres.ts";
import { prepareCitySynapse, prepareSynapse } from "../dev/stack/python.ts";
import { startSynapse } from "../dev/stack/synapse.ts";
import type { Synapse } from "../dev/stack/synapse.ts";
import { cpuMs, median, peakMiB, table } from "./lib/process.ts";
import { makePlainly } from "./lib/raw-loops.ts";
import type { Way } from "./lib/raw-loops.ts";

const { values } = parseArgs({
  options: {
    people: { type: "string", default: "200" },
    width: { type: "string", default: "4" },
    repeat: { type: "string", default: "1" },
    synapse: { type: "string", default: "sqlite" },
    only: { type: "string", default: "" },
  },
});
// Units and their people: all that the loops can make as well.
const organisation = {
  ...makeCity({ people: Number(values.people), seed: 4711 }),
  groups: [],
  projects: [],
};
const people = organisation.people.length;
const onPostgres = values.synapse === "postgres";
const report = terminalReport(process.stderr);

type Work = {
  readonly requests: number;
  /** CPU time of whoever made the requests, in milliseconds. */
  readonly cpu: number;
  readonly storeCpu: number;
  readonly peakMiB: number;
};
type Result = Work & {
  readonly seconds: number;
  readonly synapse: number;
  readonly database: number;
  readonly state: { readonly rooms: number; readonly memberships: number; readonly events: number };
};
type Contender = {
  readonly name: string;
  readonly work: (synapse: Synapse, directory: string) => Promise<Work>;
};

const plainly = (way: Way): Contender => ({
  name: `loop: ${way}`,
  async work(synapse) {
    const before = process.cpuUsage();
    const requests = await makePlainly(
      { url: synapse.url, token: synapse.actToken, serverName: synapse.serverName },
      organisation,
      way,
      Number(values.width),
    );
    const { system, user } = process.cpuUsage(before);
    return { requests, cpu: (system + user) / 1000, storeCpu: 0, peakMiB: 0 };
  },
});

const byUs = (store: "embedded" | "PostgreSQL"): Contender => ({
  name: `Klaaf, ${store} store`,
  async work(synapse, directory) {
    const source = path.join(directory, "organisation.json");
    writeFileSync(source, JSON.stringify({ version: 1, ...organisation }));
    const postgres =
      store === "PostgreSQL"
        ? await startPostgres({ directory: path.join(directory, "store") })
        : undefined;
    const url = await postgres?.createDatabase("appservice");
    const child = await startAppservice({
      directory: path.join(directory, "appservice"),
      logFile: path.join(directory, "appservice.log"),
      port: appservicePort,
      serverName: synapse.serverName,
      homeserverUrl: synapse.url,
      registrations: synapse.registrations,
      source,
      priorityPeople: [],
      ...(url === undefined ? {} : { store: { kind: "postgres", url } as const }),
    });
    try {
      await confirmFirstRun(`http://127.0.0.1:${appservicePort}`, synapse.actToken);
      await provisioned(synapse.actToken);
      const metrics = await (await fetch(`http://127.0.0.1:${appservicePort}/metrics`)).text();
      return {
        requests: [
          ...metrics.matchAll(/^appservice_homeserver_requests_total\{.*\} (\d+)$/gm),
        ].reduce((sum, [, count]) => sum + Number(count), 0),
        cpu: cpuMs(child.pid),
        storeCpu: postgres === undefined ? 0 : cpuMs(postgres.pid, { children: true }),
        peakMiB: peakMiB(child.pid),
      };
    } finally {
      await child.stop();
      await postgres?.stop();
    }
  },
});

/** Waits for the end of the appservice's run. */
async function provisioned(token: string): Promise<void> {
  const address = `http://127.0.0.1:${appservicePort}/api/v1/progress`;
  for (;;) {
    const answer = await fetch(address, { headers: { authorization: `Bearer ${token}` } });
    const progress: unknown = await answer.json();
    if (typeof progress !== "object" || progress === null || !("phase" in progress))
      throw new Error(`No progress: ${JSON.stringify(progress)}`);
    if ("problem" in progress) throw new Error(String(progress.problem));
    if (progress.phase === "idle") return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const COUNT = {
  rooms: "select count(*) as n from rooms",
  memberships:
    "select count(*) as n from local_current_membership where membership = 'join' and user_id not like '@provisioning:%'",
  events:
    "select count(*) as n from room_memberships where user_id not like '@provisioning:%' and membership in ('join', 'invite')",
};

async function stateOf(directory: string, database: string | undefined): Promise<Result["state"]> {
  const count = await counter(directory, database);
  try {
    return {
      rooms: await count.of(COUNT.rooms),
      memberships: await count.of(COUNT.memberships),
      events: await count.of(COUNT.events),
    };
  } finally {
    await count.end();
  }
}

async function counter(directory: string, database: string | undefined) {
  if (database !== undefined) {
    const client = new Client({ connectionString: database });
    await client.connect();
    return {
      of: async (query: string) => Number((await client.query<{ n: string }>(query)).rows[0]?.n),
      end: () => client.end(),
    };
  }
  const file = new DatabaseSync(path.join(directory, "synapse", "homeserver.db"), {
    readOnly: true,
  });
  return {
    of: async (query: string) => Number(file.prepare(query).get()?.["n"]),
    end: async () => file.close(),
  };
}

async function measure(contender: Contender): Promise<Result> {
  const directory = mkdtempSync(path.join(tmpdir(), "klaaf-bench-"));
  let postgres: Postgres | undefined;
  let synapse: Synapse | undefined;
  try {
    postgres = onPostgres
      ? await startPostgres({ directory: path.join(directory, "database") })
      : undefined;
    const database = await postgres?.createDatabase("synapse");
    synapse = await startSynapse({
      directory: path.join(directory, "synapse"),
      port: await freePort(),
      serverName: "bench.localhost",
      appserviceUrl: `http://127.0.0.1:${appservicePort}`,
      logFile: path.join(directory, "synapse.log"),
      ...(database === undefined ? {} : { database }),
    });
    const databaseMs = () => (postgres === undefined ? 0 : cpuMs(postgres.pid, { children: true }));
    const before = { synapse: cpuMs(synapse.pid), database: databaseMs(), at: performance.now() };
    const work = await contender.work(synapse, directory);
    return {
      ...work,
      seconds: (performance.now() - before.at) / 1000,
      synapse: cpuMs(synapse.pid) - before.synapse,
      database: databaseMs() - before.database,
      state: await stateOf(directory, database),
    };
  } finally {
    await synapse?.stop();
    await postgres?.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

await (onPostgres ? prepareCitySynapse : prepareSynapse)(paths.state, report);
const appservicePort = await freePort();
const contenders = [
  plainly("invite + join"),
  plainly("restricted join"),
  byUs("embedded"),
  byUs("PostgreSQL"),
].filter(({ name }) => name.includes(values.only));
const rows: (readonly string[])[] = [];
let first: Result["state"] | undefined;
for (const contender of contenders) {
  report.step(contender.name);
  const results: Result[] = [];
  for (let nth = 0; nth < Number(values.repeat); nth += 1) results.push(await measure(contender));
  const of = (figure: (result: Result) => number) => median(results.map(figure));
  const { state } = results[0] ?? {};
  if (state === undefined) throw new Error("Nothing was measured.");
  first ??= state;
  if (state.rooms !== first.rooms || state.memberships !== first.memberships)
    throw new Error(`Not the same state: ${JSON.stringify([first, state])}`);
  rows.push([
    contender.name,
    `${of(({ seconds }) => seconds).toFixed(0)} s`,
    `${(of(({ synapse }) => synapse) / people).toFixed(0)} ms`,
    `${(of(({ synapse }) => synapse) / state.memberships).toFixed(1)} ms`,
    ...(onPostgres ? [`${(of(({ database }) => database) / people).toFixed(0)} ms`] : []),
    `${(of(({ cpu }) => cpu) / people).toFixed(1)} ms`,
    `${(of(({ storeCpu }) => storeCpu) / people).toFixed(1)} ms`,
    `${of(({ peakMiB: peak }) => peak).toFixed(0)} MiB`,
    (state.events / state.memberships).toFixed(2),
    of(({ requests }) => requests).toFixed(0),
  ]);
}
process.stdout.write(
  `${people} people, ${first?.rooms} rooms, ${first?.memberships} memberships; Synapse on ${onPostgres ? "PostgreSQL" : "SQLite"}, loops with ${values.width} requests at once.\n\n` +
    table(
      [
        "way",
        "wall",
        "Synapse a person",
        "Synapse a membership",
        ...(onPostgres ? ["its database a person"] : []),
        "we a person",
        "our store a person",
        "our memory",
        "events a membership",
        "requests",
      ],
      rows,
    ),
);
