// Wires the appservice together; the only place that does.
import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import { ConfigError, readConfig } from "./config/index.ts";
import type { Config } from "./config/index.ts";
import { readRegistration, SynapseHomeserver, Transport } from "./homeserver/index.ts";
import { createApp, listen } from "./http/server.ts";
import { Inbox } from "./inbox/index.ts";
import { fileSource } from "./organisation/file-source.ts";
import { defaultPolicy, newLocalpart, Provisioner } from "./provisioning/index.ts";
import type { ProvisioningEvents } from "./provisioning/index.ts";
import { openStore } from "./storage/index.ts";
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
    actionEnded({ task, result, problem }) {
      metrics.actionEnded(task.kind, result);
      if (result !== "done") log.warn({ action: task.id, result, problem }, "action not done");
    },
  };
}

/** What failed is tried again this much later, in milliseconds, until nothing fails. */
const TRY_AGAIN_MS = 5 * 60_000;

/** Provisions; and again after a while as long as something failed. */
async function provisionUntilWhole(provisioner: Provisioner, log: Logger): Promise<void> {
  for (;;) {
    try {
      const { failures } = await provisioner.run();
      if (failures.length === 0) return;
    } catch (error) {
      log.error({ err: error }, "provisioning run failed");
    }
    await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
  }
}

async function start(config: Config): Promise<void> {
  const log = createLog(config.log.level);
  const metrics = new Metrics();
  const act = readRegistration(config.registrations.act);
  const hear = readRegistration(config.registrations.hear);
  const store = await openStore(config.store);
  const homeserver = new SynapseHomeserver({
    serverName: config.serverName,
    provisioningUser: `@${act.senderLocalpart}:${config.serverName}`,
    transport: new Transport({
      url: config.homeserverUrl,
      token: act.asToken,
      observe: (method, status) => metrics.homeserverAnswered(method, status),
    }),
  });
  const provisioner = new Provisioner({
    homeserver,
    db: store.db,
    source: fileSource(config.source.path),
    policy: defaultPolicy,
    priorityPeople: config.priorityPeople,
    events: eventsOf(log, metrics),
    newId: randomUUID,
    newLocalpart,
    now: () => new Date(),
  });
  const app = createApp({
    api: { provisioner, token: act.asToken },
    appservice: {
      // No capability subscribes to anything yet: all that is pushed is answered and dropped.
      inbox: new Inbox(store.db, []),
      hsToken: hear.hsToken,
      onTaken({ kept, dropped, repeated }) {
        metrics.inboxTook("kept", kept);
        metrics.inboxTook("dropped", dropped);
        metrics.inboxTook("repeated", repeated);
      },
    },
    metrics,
    log,
    checks: { store: () => store.check(), homeserver: () => homeserver.check() },
  });
  const server = await listen(app, config.listen.host, config.listen.port);
  log.info({ port: config.listen.port }, "listening");

  const stop = (signal: string) => {
    log.info({ signal }, "stopping");
    server.close();
    server.closeAllConnections();
    // What is under way is finished by the next start: the plan finds what is missing.
    void store.close().finally(() => process.exit(0));
  };
  process.once("SIGTERM", () => stop("SIGTERM"));
  process.once("SIGINT", () => stop("SIGINT"));

  void provisionUntilWhole(provisioner, log);
}

try {
  const { values } = parseArgs({ options: { config: { type: "string" } } });
  if (values.config === undefined)
    throw new ConfigError("Which configuration? Use: main.ts --config FILE");
  await start(readConfig(values.config));
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
