// Wires the appservice together; the only place that does.
import { hostname } from "node:os";
import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import { AccessTokens, anyOf, machineAuthenticator, PersonSessions } from "./access/index.ts";
import { DatabaseAuditLog } from "./audit/index.ts";
import { ConfigError, readConfig } from "./config/index.ts";
import type { Config } from "./config/index.ts";
import { makeDelivery } from "./delivery.ts";
import type { Capability } from "./delivery.ts";
import {
  openIdVerifier,
  readRegistration,
  SynapseHomeserver,
  Transport,
} from "./homeserver/index.ts";
import { IdempotentRequests } from "./http/idempotency.ts";
import { createApp, listen } from "./http/server.ts";
import { fileSource, fileVersion } from "./organisation/file-source.ts";
import { defaultEmployeePolicy, EmployeeDoor, StoredDirectory } from "./people/index.ts";
import { rolesOf } from "./policy/index.ts";
import { DEFAULT_POLICY_FILE, readPolicy } from "./policy/policy-file.ts";
import { newLocalpart, Provisioner, SourceWatch } from "./provisioning/index.ts";
import type { ProvisioningEvents } from "./provisioning/index.ts";
import { Leases, openStore } from "./storage/index.ts";
import type { Store } from "./storage/index.ts";
import { createLog, Metrics } from "./telemetry/index.ts";
import type { Logger } from "./telemetry/index.ts";

function eventsOf(log: Logger, metrics: Metrics): ProvisioningEvents {
  return {
    runStarted: (run) => log.info(run, "provisioning run started"),
    runEnded({ id, planned, done, failures, held }) {
      metrics.removalsHeld(held.length);
      log.info(
        { id, planned, done, failed: failures.length, held: held.length },
        "provisioning run ended",
      );
    },
    sourceRefused: (problems) =>
      log.error({ problems: problems.slice(0, 20) }, "source refused; nothing changed"),
    glassBroken: (by) => log.error(by, "the glass was broken: one person released what was held"),
    actionEnded({ task, result, problem }) {
      metrics.actionEnded(task.kind, result);
      if (result === "failed" || result === "blocked")
        log.warn({ action: task.id, result, problem }, "action not done");
    },
  };
}

/** Decides between this copy of the appservice and others; frees what it held when it was killed. */
async function startLeases(config: Config, store: Store): Promise<Leases> {
  const instance = `${hostname()}:${config.listen.port}`;
  const leases = new Leases({ db: store.db, holder: randomUUID(), instance });
  await leases.recover();
  return leases;
}

/** How often the directory is looked at for what other copies and runs under way did, in milliseconds. */
const DIRECTORY_POLL_MS = 5000;

/** The directory that people search, as it lies in the store. */
async function openDirectory(store: Store, log: Logger) {
  const directory = new StoredDirectory(store.db);
  await directory.refresh();
  const refresh = (how: "poll" | "refresh") =>
    void directory[how]().catch((error: unknown) => log.warn({ err: error }, "directory not read"));
  const timer = setInterval(() => refresh("poll"), DIRECTORY_POLL_MS);
  return { directory, refresh: () => refresh("refresh"), stop: () => clearInterval(timer) };
}

const now = (): Date => new Date();

async function start(config: Config, capabilities: readonly Capability[]): Promise<void> {
  const { hash, policy } = readPolicy(config.policy ?? DEFAULT_POLICY_FILE);
  const log = createLog(config.log.level);
  const metrics = new Metrics();
  const act = readRegistration(config.registrations.act);
  const hear = readRegistration(config.registrations.hear);
  const store = await openStore(config.store);
  const leases = await startLeases(config, store);
  const homeserver = new SynapseHomeserver({
    serverName: config.serverName,
    provisioningUser: `@${act.senderLocalpart}:${config.serverName}`,
    transport: new Transport({
      url: config.homeserverUrl,
      token: act.asToken,
      observe: (method, status) => metrics.homeserverAnswered(method, status),
    }),
  });
  const audit = new DatabaseAuditLog({ db: store.db, now });
  const people = await openDirectory(store, log);
  const events = eventsOf(log, metrics);
  const provisioner = new Provisioner({
    homeserver,
    db: store.db,
    sourceId: "organisation",
    source: fileSource(config.source.path, policy.source.wrongEntries),
    sourceTimeoutMs: policy.source.timeoutSeconds * 1000,
    audit,
    leases,
    policy,
    priorityPeople: config.priorityPeople,
    onAccepted: (organisation) => people.directory.accept(organisation, new Date()),
    events: {
      ...events,
      runEnded(run) {
        events.runEnded(run);
        people.refresh();
      },
    },
    newId: randomUUID,
    newLocalpart,
    now,
  });
  const delivery = await makeDelivery({
    store,
    leases,
    homeserver,
    capabilities: [async () => provisioner.drift.subscription, ...capabilities],
    hear: {
      id: hear.id,
      hsToken: hear.hsToken,
      transport: new Transport({ url: config.homeserverUrl, token: hear.asToken }),
    },
    log,
    metrics,
  });
  const sessions = new PersonSessions({
    db: store.db,
    serverName: config.serverName,
    openId: openIdVerifier(config),
    rolesOf(sourceId) {
      const accepted = people.directory.current();
      return accepted === undefined ? [] : rolesOf(accepted.organisation, policy, sourceId);
    },
    now,
  });
  const door = new EmployeeDoor({
    source: people.directory,
    policy: () => defaultEmployeePolicy,
    now: Date.now,
  });
  const tokens = new AccessTokens({ db: store.db, audit, now });
  const app = createApp({
    api: {
      provisioner,
      audit,
      policy: { policy, hash },
      door,
      sessions,
      tokens,
      authenticator: anyOf([tokens, sessions, machineAuthenticator(act.asToken)]),
      idempotency: new IdempotentRequests({ db: store.db, now }),
    },
    appservice: delivery.routes,
    metrics,
    log,
    checks: { store: () => store.check(), homeserver: () => homeserver.check() },
  });
  const watch = new SourceWatch({
    provisioner,
    everyMs: policy.source.everySeconds * 1000,
    version: () => fileVersion(config.source.path),
    log,
  });
  const server = await listen(app, config.listen.host, config.listen.port);
  log.info({ port: config.listen.port }, "listening");

  const stop = (signal: string) => {
    log.info({ signal }, "stopping");
    watch.stop();
    people.stop();
    server.close();
    server.closeAllConnections();
    // What is under way is finished by the next start: the plan finds what is missing.
    void delivery
      .stop()
      .then(() => store.close())
      .finally(() => process.exit(0));
  };
  process.once("SIGTERM", () => stop("SIGTERM"));
  process.once("SIGINT", () => stop("SIGINT"));

  delivery.start();
  watch.start();
}

/**
 * Runs the appservice with the configuration that the command line names, until it is told to stop.
 *
 * @param capabilities hear events beyond those that are always there
 */
export async function runAppservice(capabilities: readonly Capability[]): Promise<void> {
  try {
    const { values } = parseArgs({ options: { config: { type: "string" } } });
    if (values.config === undefined)
      throw new ConfigError("Which configuration? Use: main.ts --config FILE");
    await start(readConfig(values.config), capabilities);
  } catch (error) {
    const words =
      error instanceof ConfigError
        ? error.message
        : error instanceof Error
          ? error.stack
          : String(error);
    process.stderr.write(`${words ?? ""}\n`);
    process.exit(1);
  }
}
