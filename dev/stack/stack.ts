import path from "node:path";
import type { Report } from "../report.ts";
import { startAppservice } from "./appservice.ts";
import type { Child } from "./child.ts";
import { confirmFirstRun } from "./first-run.ts";
import { startGateway } from "./gateway.ts";
import type { GatewayOptions } from "./gateway.ts";
import { freePort } from "./ports.ts";
import { startSynapse } from "./synapse.ts";
import type { Synapse } from "./synapse.ts";

export type StackOptions = {
  /** Where this city's state lies; kept from one start to the next. */
  readonly directory: string;
  readonly serverName: string;
  /** The port of the one address that people open. */
  readonly port: number;
  readonly client: GatewayOptions["client"];
  /** The organisation file. */
  readonly source: string;
  readonly priorityPeople: readonly string[];
  readonly sourceEverySeconds?: number;
  readonly watch?: boolean;
  readonly report: Report;
  /** Told whenever a server process was started, so that a launcher can clean up after a crash. */
  readonly onProcess?: (pid: number) => void;
};

/** How far the provisioning of the organisation is. */
export type Progress = {
  readonly phase: "waiting" | "planning" | "applying" | "idle" | "failed";
  /** Whether the departments of the priority people stand. */
  readonly priorityReady: boolean;
  readonly done: number;
  readonly total: number;
  readonly problem?: string;
};

/** A whole messenger on this machine: Synapse, appservice and client behind one address. */
export interface Stack {
  readonly url: string;
  readonly serverName: string;
  readonly synapse: Synapse;
  readonly appservice: Child;
  readonly appserviceUrl: string;
  progress(): Promise<Progress>;
  /** Waits until the priority people's departments stand, or the whole organisation does. */
  provisioned(what: "priority" | "all", onProgress?: (progress: Progress) => void): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the messenger; resolves when all parts answer (provisioning goes on behind it). */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { directory, serverName, report } = options;
  const appservicePort = await freePort();
  const appserviceUrl = `http://127.0.0.1:${appservicePort}`;

  const synapse = await startSynapse({
    directory: path.join(directory, "synapse"),
    port: await freePort(),
    serverName,
    appserviceUrl,
    publicUrl: `http://localhost:${options.port}`,
    logFile: path.join(directory, "logs", "synapse.log"),
  });
  options.onProcess?.(synapse.pid);
  report.step("Synapse answers");
  try {
    const appservice = await startAppservice({
      directory: path.join(directory, "appservice"),
      logFile: path.join(directory, "logs", "appservice.log"),
      port: appservicePort,
      serverName,
      homeserverUrl: synapse.url,
      registrations: synapse.registrations,
      source: options.source,
      priorityPeople: options.priorityPeople,
      ...(options.sourceEverySeconds === undefined
        ? {}
        : { sourceEverySeconds: options.sourceEverySeconds }),
      ...(options.watch === true ? { watch: true } : {}),
    });
    options.onProcess?.(appservice.pid);
    report.step("Appservice answers");
    try {
      await confirmFirstRun(appserviceUrl, synapse.actToken);
      const gateway = await startGateway({
        port: options.port,
        client: options.client,
        homeserverUrl: synapse.url,
        appserviceUrl,
      });
      const progress = () => readProgress(appserviceUrl, synapse.actToken);
      return {
        url: gateway.url,
        serverName,
        synapse,
        appservice,
        appserviceUrl,
        progress,
        provisioned: (what, onProgress) =>
          waitForProvisioning(progress, appservice, what, onProgress),
        async stop() {
          await gateway.stop();
          await appservice.stop();
          await synapse.stop();
        },
      };
    } catch (error) {
      await appservice.stop();
      throw error;
    }
  } catch (error) {
    await synapse.stop();
    throw error;
  }
}

async function readProgress(appserviceUrl: string, token: string): Promise<Progress> {
  const answer = await fetch(`${appserviceUrl}/api/v1/progress`, {
    headers: { authorization: `Bearer ${token}` },
  });
  if (!answer.ok)
    throw new Error(`The appservice answered ${answer.status} to the question how far it is.`);
  return (await answer.json()) as Progress;
}

async function waitForProvisioning(
  read: () => Promise<Progress>,
  appservice: Child,
  what: "priority" | "all",
  onProgress: ((progress: Progress) => void) | undefined,
): Promise<void> {
  let gone = false;
  void appservice.ended.then(() => (gone = true));
  for (;;) {
    if (gone) throw new Error(`The appservice ended; its log is ${appservice.logFile}`);
    const progress = await read().catch(() => undefined);
    if (progress !== undefined) {
      onProgress?.(progress);
      if (progress.phase === "failed") throw new Error(progress.problem ?? "Provisioning failed.");
      if (progress.phase === "idle" || (what === "priority" && progress.priorityReady)) return;
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}
