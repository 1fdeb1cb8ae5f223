// `npm start`: the whole messenger on this machine. `npm run dev`: the same with hot reload.
//   --port N     the address's port (8480)
//   --people N   a sample city of another size (the committed one has some 300 people)
//   --watch      hot reload of client and appservice
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { buildClient } from "../client/build.ts";
import { readEndpoints, writeEndpoints } from "./endpoints.ts";
import { paths } from "./paths.ts";
import { PlainError, terminalReport } from "./report.ts";
import type { Report } from "./report.ts";
import { runMain } from "./run-main.ts";
import { cityFile } from "./sample-city/city-file.ts";
import { signIns } from "./sample-city/sign-ins.ts";
import { seedCity } from "./seed/index.ts";
import type { SignInWithPassword } from "./seed/index.ts";
import { requireFreePort } from "./stack/ports.ts";
import { prepareSynapse } from "./stack/python.ts";
import { startStack } from "./stack/stack.ts";
import type { Progress, Stack } from "./stack/stack.ts";
import { RunGuard } from "./stack/survivors.ts";

/** Permanent once a city exists: it is part of every Matrix ID. */
const SERVER_NAME = "stadt.localhost";
const DEFAULT_PORT = 8480;

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: "string", default: String(DEFAULT_PORT) },
        people: { type: "string" },
        watch: { type: "boolean", default: false },
      },
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      throw new PlainError(`--port must be a number from 1 to 65535, not "${values.port}".`);
    }
    const people = values.people === undefined ? undefined : Number(values.people);
    if (people !== undefined && (!Number.isInteger(people) || people < 50 || people > 20_000)) {
      throw new PlainError(`--people must be a number from 50 to 20000, not "${values.people}".`);
    }
    return { port, people, watch: values.watch };
  } catch (error) {
    if (error instanceof TypeError) {
      throw new PlainError(`${error.message} Known are --port N, --people N and --watch.`);
    }
    throw error;
  }
}

function describe(progress: Progress): string {
  if (progress.total === 0) return "The city is being planned";
  const percent = Math.floor((progress.done / progress.total) * 100);
  return `The city grows: ${progress.done} of ${progress.total} steps (${percent} %)`;
}

function signInTable(people: readonly SignInWithPassword[]): string {
  const rows = people.map(({ role, mail, password }) => [role, mail, password] as const);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows
    .map(
      ([role, mail, password]) =>
        `    ${role.padEnd(widths[0] ?? 0)}   ${mail.padEnd(widths[1] ?? 0)}   ${password}`,
    )
    .join("\n");
}

/** Notes where the parts listen; says so where the address is another one than before. */
function noteEndpoints(stack: Stack): string {
  const before = readEndpoints(paths.city)?.url;
  writeEndpoints(paths.city, {
    url: stack.url,
    synapseUrl: stack.synapse.url,
    appserviceUrl: stack.appserviceUrl,
  });
  return before === undefined || before === stack.url
    ? ""
    : `\n  The address was ${before} before: browsers that signed in there must sign in again.\n`;
}

async function clientOf(watch: boolean, report: Report) {
  if (!watch) {
    await buildClient({ outDir: paths.builtClient, report });
    return {
      client: { kind: "built", directory: paths.builtClient } as const,
      stop: async () => {},
    };
  }
  const { createServer } = await import("vite");
  const vite = await createServer({
    root: path.join(paths.root, "client"),
    server: { host: "127.0.0.1", port: 0 },
    logLevel: "warn",
  });
  await vite.listen();
  const url = vite.resolvedUrls?.local[0];
  if (url === undefined) throw new Error("Vite did not say where it listens.");
  return { client: { kind: "dev", url } as const, stop: () => vite.close() };
}

async function main(): Promise<void> {
  const { port, people, watch } = readOptions();
  const report = terminalReport();
  const guard = new RunGuard(paths.state);
  await guard.take();
  await requireFreePort(port);
  const kept = existsSync(paths.city);
  mkdirSync(paths.city, { recursive: true, mode: 0o700 });
  if (kept)
    report.step(
      "This machine's city is kept: accounts, rooms and messages (`npm run reset` forgets them)",
    );

  const [, built] = await Promise.all([
    prepareSynapse(paths.state, report),
    clientOf(watch, report),
  ]);
  const source = cityFile({ people, directory: paths.city, sample: paths.sampleCity });
  const pids: number[] = [];
  const stopped = Promise.withResolvers<string>();
  let stack: Stack | undefined;
  const stop = (why: string) => stopped.resolve(why);
  process.on("SIGINT", () => stop("Ctrl-C"));
  process.on("SIGTERM", () => stop("SIGTERM"));
  process.on("SIGHUP", () => stop("SIGHUP"));

  try {
    stack = await startStack({
      directory: paths.city,
      serverName: SERVER_NAME,
      port,
      client: built.client,
      source,
      priorityPeople: signIns.map(({ person }) => person.id),
      watch,
      report,
      onProcess(pid) {
        pids.push(pid);
        guard.record(pids);
      },
    });
    const { synapse, appservice } = stack;
    void synapse.ended.then(() => stop("Synapse"));
    void appservice.ended.then(() => stop("The appservice"));
    const running = settle(stack, source, report);
    const why = await Promise.race([stopped.promise, running.then(() => stopped.promise)]);
    if (why === "Synapse" || why === "The appservice") {
      throw new PlainError(
        `${why} ended by itself. Its log is in ${path.relative(paths.root, path.join(paths.city, "logs"))}. Nothing is lost: npm start brings everything up again.`,
      );
    }
    process.stdout.write("\nStopping …\n");
  } finally {
    await stack?.stop();
    await built.stop();
    guard.release();
  }
  process.stdout.write("Stopped. Everything is kept for the next `npm start`.\n");
}

/** Waits for the sign-ins' departments, tells the address, and follows the rest of the city. */
async function settle(stack: Stack, source: string, report: Report): Promise<void> {
  await stack.provisioned("priority", (progress) => report.progress(describe(progress)));
  const seeded = await seedCity({
    stage: "sign-ins",
    directory: paths.city,
    source,
    homeserverUrl: stack.synapse.url,
    appserviceUrl: stack.appserviceUrl,
    actToken: stack.synapse.actToken,
  });
  const moved = noteEndpoints(stack);
  report.step("The departments of the sign-ins below stand");
  process.stdout.write(
    `\n  Klaaf runs at   ${stack.url}\n\n  Sign in with one of these:\n${signInTable(seeded.signIns)}\n\n  Stop with Ctrl-C.\n${moved}\n`,
  );
  await stack.provisioned("all", (progress) => report.progress(describe(progress)));
  await seedCity({
    stage: "rest",
    directory: paths.city,
    source,
    homeserverUrl: stack.synapse.url,
    appserviceUrl: stack.appserviceUrl,
    actToken: stack.synapse.actToken,
  });
  report.step("The whole city stands");
}

await runMain(main);
