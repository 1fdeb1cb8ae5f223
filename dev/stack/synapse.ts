import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import { makeAdministrator } from "../../synapse-config/administrator.ts";
import {
  renderCommon,
  renderLaptop,
  renderLog,
  renderRegistrations,
} from "../../synapse-config/render.ts";
import { newSigningKey, secretFile } from "../../synapse-config/secrets.ts";
import { paths } from "../paths.ts";
import { startChild, waitForHttp } from "./child.ts";
import type { Child } from "./child.ts";
import { cityPythonOf, pythonOf } from "./python.ts";

export type SynapseOptions = {
  /** Its state: database, media, keys, rendered configuration. */
  readonly directory: string;
  readonly port: number;
  readonly serverName: string;
  /** Where it pushes the appservice's transactions to. */
  readonly appserviceUrl: string;
  /** The address that browsers use. */
  readonly publicUrl?: string;
  readonly logFile: string;
  /** Keep Synapse's own, stricter rate limits. */
  readonly defaultLimits?: boolean;
  readonly logLevel?: "INFO" | "WARNING" | "DEBUG";
  /** PostgreSQL in place of SQLite: an empty database's address; needs a city's Python (python.ts). */
  readonly database?: string;
  /** The state folder with the Python environment. */
  readonly state?: string;
};

/** A running Synapse, with what the appservice needs to speak to it. */
export interface Synapse extends Child {
  readonly url: string;
  readonly serverName: string;
  /** The token of `klaaf-act`; its sender, `@provisioning`, is a server administrator. */
  readonly actToken: string;
  readonly hearToken: string;
  /** The token with which Synapse pushes transactions. */
  readonly hearHomeserverToken: string;
  readonly registrations: { readonly act: string; readonly hear: string };
}

/** Renders Synapse's configuration into its folder; secrets that are there already are kept. */
export function renderInto(options: SynapseOptions) {
  const { directory } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const inside = (name: string) => path.join(directory, name);
  const secret = (name: string, make?: () => string) => {
    const file = inside(path.join("secrets", name));
    return { file, value: secretFile(file, make) };
  };
  const tokens = {
    actToken: secret("act-token").value,
    actHomeserverToken: secret("act-homeserver-token").value,
    hearToken: secret("hear-token").value,
    hearHomeserverToken: secret("hear-homeserver-token").value,
  };
  const registrationSecret = secret("registration-secret");
  const write = (name: string, text: string) => {
    writeFileSync(inside(name), text, { mode: 0o600 });
    return inside(name);
  };
  const rendered = renderRegistrations({
    serverName: options.serverName,
    appserviceUrl: options.appserviceUrl,
    ...tokens,
  });
  const registrations = {
    act: write("registration-act.yaml", rendered.act),
    hear: write("registration-hear.yaml", rendered.hear),
  };
  const configs = [
    write(
      "common.yaml",
      renderCommon({
        serverName: options.serverName,
        publicUrl: options.publicUrl ?? `http://127.0.0.1:${options.port}`,
        signingKeyFile: secret("signing.key", newSigningKey).file,
        macaroonSecretFile: secret("macaroon-secret").file,
        formSecretFile: secret("form-secret").file,
        registrationSecretFile: registrationSecret.file,
        passwordPepper: secret("password-pepper").value,
        mediaDirectory: inside("media"),
        pidFile: inside("synapse.pid"),
        logConfigFile: write("log.yaml", renderLog({ logLevel: options.logLevel ?? "WARNING" })),
        registrationActFile: registrations.act,
        registrationHearFile: registrations.hear,
        limits: options.defaultLimits !== true,
      }),
    ),
    write(
      "laptop.yaml",
      renderLaptop({ port: options.port, databaseFile: inside("homeserver.db") }),
    ),
  ];
  if (options.database !== undefined)
    configs.push(write("database.yaml", databaseAt(options.database)));
  return { configs, registrations, registrationSecret: registrationSecret.value, ...tokens };
}

/** Comes after laptop.yaml and takes the place of its database. */
function databaseAt(url: string): string {
  const { hostname, password, pathname, port, username } = new URL(url);
  return stringify({
    database: {
      name: "psycopg2",
      args: {
        host: hostname,
        port: Number(port),
        user: username,
        password,
        dbname: pathname.slice(1),
      },
    },
  });
}

/**
 * Starts one Synapse on loopback and waits until it is healthy. Several may run at once, each with its
 * own folder and port. The first start makes `@provisioning` a server administrator.
 *
 * @throws Error with the end of its log if it does not come up
 */
export async function startSynapse(options: SynapseOptions): Promise<Synapse> {
  const rendered = renderInto(options);
  const url = `http://127.0.0.1:${options.port}`;
  const child = startChild({
    name: "Synapse",
    command: (options.database === undefined ? pythonOf : cityPythonOf)(
      options.state ?? paths.state,
    ),
    args: ["-m", "synapse.app.homeserver", ...rendered.configs.flatMap((file) => ["-c", file])],
    cwd: options.directory,
    logFile: options.logFile,
    env: { ...process.env, PYTHONUNBUFFERED: "1", PYTHONPATH: paths.synapseModules },
  });
  try {
    await waitForHttp(`${url}/health`, child);
    const done = path.join(options.directory, "administrator-made");
    if (!existsSync(done)) {
      await makeAdministrator({
        url,
        serverName: options.serverName,
        actToken: rendered.actToken,
        registrationSecret: rendered.registrationSecret,
      });
      writeFileSync(done, "");
    }
  } catch (error) {
    await child.stop();
    throw error;
  }
  return {
    ...child,
    url,
    serverName: options.serverName,
    actToken: rendered.actToken,
    hearToken: rendered.hearToken,
    hearHomeserverToken: rendered.hearHomeserverToken,
    registrations: rendered.registrations,
  };
}
