import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { DEFAULT_POLICY_FILE } from "../../appservice/src/policy/policy-file.ts";
import { startChild, waitForHttp } from "./child.ts";
import type { Child } from "./child.ts";

const MAIN = fileURLToPath(new URL("../../appservice/src/main.ts", import.meta.url));

export type AppserviceOptions = {
  /** Its state: rendered configuration and the embedded store. */
  readonly directory: string;
  readonly logFile: string;
  readonly port: number;
  readonly serverName: string;
  readonly homeserverUrl: string;
  readonly registrations: { readonly act: string; readonly hear: string };
  /** The organisation file. */
  readonly source: string;
  /** The people whose departments are provisioned first, by source id. */
  readonly priorityPeople: readonly string[];
  /** How often it reads the source by itself, in seconds; as the shipped policy says, if left out. */
  readonly sourceEverySeconds?: number;
  readonly store?: { readonly kind: "postgres"; readonly url: string };
  /** Another copy of its program than this repository's. */
  readonly main?: string;
  /** Restart on change of its code. */
  readonly watch?: boolean;
};

/** Renders the appservice's configuration and starts it; resolves when it is ready to serve. */
export async function startAppservice(options: AppserviceOptions): Promise<Child> {
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const config = path.join(options.directory, "appservice.yaml");
  const policy = path.join(options.directory, "policy.yaml");
  if (options.sourceEverySeconds !== undefined) {
    const shipped = readFileSync(DEFAULT_POLICY_FILE, "utf8");
    const everySeconds = `everySeconds: ${options.sourceEverySeconds}`;
    writeFileSync(policy, shipped.replace(/everySeconds: \d+/, everySeconds));
  }
  writeFileSync(
    config,
    stringify({
      serverName: options.serverName,
      homeserverUrl: options.homeserverUrl,
      listen: { host: "127.0.0.1", port: options.port },
      store: options.store ?? { kind: "pglite", directory: path.join(options.directory, "store") },
      registrations: options.registrations,
      source: { kind: "file", path: options.source },
      ...(options.sourceEverySeconds === undefined ? {} : { policy }),
      priorityPeople: options.priorityPeople,
      log: { level: "info" },
    }),
    { mode: 0o600 },
  );
  const child = startChild({
    name: "appservice",
    command: process.execPath,
    args: [
      "--disable-warning=ExperimentalWarning",
      ...(options.watch === true ? ["--watch"] : []),
      options.main ?? MAIN,
      "--config",
      config,
    ],
    logFile: options.logFile,
  });
  await waitForHttp(`http://127.0.0.1:${options.port}/healthz`, child);
  return child;
}
