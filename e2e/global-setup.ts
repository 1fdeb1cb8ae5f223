import { copyFileSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildClient } from "../client/build.ts";
import { paths } from "../dev/paths.ts";
import { silentReport } from "../dev/report.ts";
import { signIns } from "../dev/sample-city/sign-ins.ts";
import { seedCity } from "../dev/seed/index.ts";
import { freePort } from "../dev/stack/ports.ts";
import { prepareSynapse } from "../dev/stack/python.ts";
import { startStack } from "../dev/stack/stack.ts";
import { publishCity } from "./city.ts";

/** Brings up a whole sample city of the journeys' own; its logs are kept where a journey failed. */
async function globalSetup(): Promise<() => Promise<void>> {
  const directory = mkdtempSync(path.join(tmpdir(), "klaaf-journeys-"));
  const source = path.join(directory, "organisation.yaml");
  copyFileSync(paths.sampleCity, source);
  await Promise.all([
    prepareSynapse(paths.state, silentReport),
    buildClient({ outDir: paths.builtClient, report: silentReport }),
  ]);
  const stack = await startStack({
    directory,
    serverName: "stadt.localhost",
    port: await freePort(),
    client: { kind: "built", directory: paths.builtClient },
    source,
    priorityPeople: signIns.map(({ person }) => person.id),
    // Journeys say themselves when it is read.
    sourceEverySeconds: 3600,
    report: silentReport,
  });
  try {
    await stack.provisioned("priority");
    const { signIns: people } = await seedCity({
      stage: "sign-ins",
      directory,
      source,
      homeserverUrl: stack.synapse.url,
      appserviceUrl: stack.appserviceUrl,
      actToken: stack.synapse.actToken,
    });
    publishCity({
      url: stack.url,
      people,
      synapseUrl: stack.synapse.url,
      appserviceUrl: stack.appserviceUrl,
      actToken: stack.synapse.actToken,
      source,
    });
  } catch (error) {
    await stack.stop();
    throw error;
  }
  return async () => {
    await stack.stop();
    // Beside the screenshots of what failed, if anything did.
    cpSync(path.join(directory, "logs"), path.join(paths.root, "test-results", "logs"), {
      recursive: true,
    });
    rmSync(directory, { recursive: true, force: true });
  };
}

export default globalSetup;
