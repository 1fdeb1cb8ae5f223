// `npm run render [-- --city FOLDER]`: from a city's settings to all that its servers read.
import {
  chownSync,
  copyFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { renderCity, SECRETS } from "./city.ts";
import type { RenderedCity, SecretName, Surroundings } from "./city.ts";
import { IN_COMPOSE } from "./compose.ts";
import { secretFile } from "./secrets.ts";
import { readSettings, SettingsError } from "./settings.ts";
import type { Settings } from "./settings.ts";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
/** Who the containers run as if the files are rendered by root, who owns nothing there. */
const UNPRIVILEGED = 10_001;

/**
 * Writes a city's files below its folder: mode 600 in folders of mode 700. Secrets that are there
 * already are kept; what an earlier rendering left over (a worker that is no more) goes.
 */
export function writeCity(
  folder: string,
  settings: Settings,
  surroundings: Surroundings,
): RenderedCity {
  for (const part of ["secrets", "synapse", "appservice", "nginx"]) {
    mkdirSync(path.join(folder, part), { recursive: true, mode: 0o700 });
  }
  const secretOf = (name: SecretName) =>
    secretFile(path.join(folder, "secrets", name), SECRETS[name]);
  const city = renderCity(settings, surroundings, secretOf);
  // Those that no rendered text holds are read by their programs alone.
  for (const [name, make] of Object.entries(SECRETS))
    secretFile(path.join(folder, "secrets", name), make);
  for (const name of readdirSync(path.join(folder, "synapse"))) {
    if (!(`synapse/${name}` in city.files)) rmSync(path.join(folder, "synapse", name));
  }
  for (const [name, content] of Object.entries(city.files)) {
    const file = path.join(folder, name);
    writeFileSync(file, content, { mode: 0o600 });
    // The mode above holds for a new file only.
    chmodSync(file, 0o600);
  }
  return city;
}

/** The server name that an earlier rendering used, if there was one. */
function earlierServerName(folder: string): string | undefined {
  const file = path.join(folder, "synapse", "common.yaml");
  if (!existsSync(file)) return undefined;
  return z.looseObject({ server_name: z.string() }).parse(parseYaml(readFileSync(file, "utf8")))
    .server_name;
}

/** The workers that docker-compose.yml has no service for, so that nginx does not look for them in vain. */
export function withoutService(city: RenderedCity, composeFile: string): readonly string[] {
  const { services } = z
    .looseObject({ services: z.record(z.string(), z.unknown()) })
    .parse(parseYaml(readFileSync(composeFile, "utf8")));
  return city.workers.map(({ name }) => name).filter((name) => !(name in services));
}

function copyIn(folder: string, from: string, to: string): void {
  const source = path.resolve(folder, from);
  if (!existsSync(source)) {
    throw new SettingsError(`${source} is named in the settings, and it is not there.`);
  }
  const target = path.join(folder, to);
  if (source !== target) copyFileSync(source, target);
  chmodSync(target, 0o600);
}

function handOver(folder: string, id: number): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    chownSync(path.join(entry.parentPath, entry.name), id, id);
  }
  chownSync(folder, id, id);
}

function main(): void {
  const { values } = parseArgs({ options: { city: { type: "string", default: ".city" } } });
  const folder = path.resolve(root, values.city);
  const settingsFile = path.join(folder, "settings.yaml");
  if (!existsSync(settingsFile)) {
    throw new SettingsError(
      `There is no ${settingsFile}. Copy synapse-config/settings.example.yaml there and change it.`,
    );
  }
  const settings = readSettings(settingsFile);
  const before = earlierServerName(folder);
  if (before !== undefined && before !== settings.serverName) {
    throw new SettingsError(
      `serverName was ${before} and is permanent: it is part of every Matrix ID. Put it back, or begin a new city in another folder.`,
    );
  }
  // All that can be wrong is looked at before anything is written.
  for (const file of [settings.organisation, settings.tls.certificate, settings.tls.key]) {
    if (!existsSync(path.resolve(folder, file)))
      throw new SettingsError(
        `${path.resolve(folder, file)} is named in ${settingsFile}, and it is not there.`,
      );
  }
  const city = writeCity(folder, settings, IN_COMPOSE);
  copyIn(folder, settings.organisation, "appservice/organisation.yaml");
  copyIn(folder, settings.tls.certificate, "secrets/tls-certificate");
  copyIn(folder, settings.tls.key, "secrets/tls-key");

  const ownId = process.getuid?.() ?? UNPRIVILEGED;
  const id = ownId === 0 ? UNPRIVILEGED : ownId;
  if (ownId === 0) handOver(folder, id);
  const federation = settings.partners.length > 0;
  writeFileSync(
    path.join(root, ".env"),
    [
      "# Rendered by synapse-config/render-city.ts for docker-compose.yml; no secret is in here.",
      `KLAAF_CITY=${folder}`,
      `KLAAF_USER=${id}:${id}`,
      `COMPOSE_PROFILES=${federation ? "federation" : ""}`,
      "",
    ].join("\n"),
  );
  const missing = withoutService(city, path.join(root, "docker-compose.yml"));
  const lines = [`${settings.serverName}: rendered into ${folder}`];
  if (missing.length > 0) {
    lines.push(
      "docker-compose.yml has no service for these workers; add one for each, like sync-1:",
      ...missing.map(
        (name) => `  ${name}: { <<: *worker, environment: { KLAAF_WORKER: ${name} } }`,
      ),
    );
    process.exitCode = 1;
  } else {
    lines.push("Next: docker compose up --detach --wait");
  }
  process.stdout.write(`${lines.join("\n")}\n`);
}

if (import.meta.main) {
  try {
    main();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = 1;
  }
}
