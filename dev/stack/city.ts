import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Surroundings } from "../../synapse-config/city.ts";
import { MAIN_SERVICE, workersOf } from "../../synapse-config/layout.ts";
import type { Place, Worker } from "../../synapse-config/layout.ts";
import { writeCity } from "../../synapse-config/render-city.ts";
import type { Settings } from "../../synapse-config/settings.ts";
import { programFor } from "../needs.ts";
import type { Part } from "../needs.ts";
import { paths } from "../paths.ts";
import { startChild, waitForHttp } from "./child.ts";
import type { Child } from "./child.ts";
import { startNginx } from "./nginx.ts";
import { freePort } from "./ports.ts";
import { startPostgres } from "./postgres.ts";
import { cityPythonOf } from "./python.ts";
import { startRedis } from "./redis.ts";

const inRepository = (file: string): string =>
  fileURLToPath(new URL(`../../${file}`, import.meta.url));
const APPSERVICE = inRepository("appservice/src/main.ts");
/** The very scripts that the containers run. */
const START_SYNAPSE = inRepository("deploy/start-synapse.sh");
const CREATE_DATABASES = inRepository("deploy/database/create-databases.sh");
const MAKE_ADMINISTRATOR = inRepository("synapse-config/make-administrator.ts");

export type CityOptions = {
  /** Its state; must be empty, and on a path that `nobody` may pass if we are root. */
  readonly directory: string;
  readonly settings: Settings;
  readonly organisation: string;
  /** The built client. */
  readonly clientDirectory: string;
};

/** A city as docker-compose.yml makes it, but of processes on loopback. */
export interface City {
  readonly url: string;
  /** The certificate that it shows; nobody but the test trusts it. */
  readonly certificate: string;
  readonly workers: readonly Worker[];
  /** Where each process listens, by service name. */
  readonly placeOf: (service: string) => Place;
  readonly actToken: string;
  readonly appserviceUrl: string;
  stop(): Promise<void>;
}

/** A certificate for a test's host, valid for a day. */
function makeCertificate(directory: string, host: string): { certificate: string; key: string } {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const certificate = path.join(directory, "chain.pem");
  const key = path.join(directory, "key.pem");
  const openssl = need("openssl");
  const request =
    "req -x509 -nodes -days 1 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -subj /CN=klaaf";
  execFileSync(
    openssl,
    [
      ...request.split(" "),
      "-addext",
      `subjectAltName=DNS:${host}`,
      "-keyout",
      key,
      "-out",
      certificate,
    ],
    { stdio: "ignore" },
  );
  return { certificate, key };
}

function need(part: Part): string {
  const program = programFor(part);
  if (program === undefined) throw new Error(`${part} is not on this machine.`);
  return program;
}

/** Whether nginx can serve what is compressed with Brotli; Debian has it as a package of its own. */
const hasBrotli = (): boolean =>
  existsSync("/etc/nginx/modules-enabled/50-mod-http-brotli-static.conf");

/** Surroundings on loopback: every process has ports of its own. */
export async function onLoopback(
  directory: string,
  settings: Settings,
  parts: {
    readonly databasePort: number;
    readonly clientDirectory: string;
    readonly certificate: string;
    readonly key: string;
  },
): Promise<Surroundings> {
  const services = [
    MAIN_SERVICE,
    ...workersOf(settings.workers, { federation: settings.partners.length > 0 }).map(
      ({ name }) => name,
    ),
  ];
  const taken = new Set<number>();
  const port = async (): Promise<number> => {
    const found = await freePort();
    // The system may give the same one twice before anybody listens on it.
    if (taken.has(found)) return port();
    taken.add(found);
    return found;
  };
  const places = new Map<string, Place>();
  for (const service of services) {
    places.set(service, {
      host: "127.0.0.1",
      bind: "127.0.0.1",
      client: await port(),
      replication: await port(),
      metrics: await port(),
    });
  }
  const https = await port();
  return {
    placeOf(service) {
      const place = places.get(service);
      if (place === undefined) throw new Error(`There is no ${service} in this city.`);
      return place;
    },
    synapse: {
      configuration: path.join(directory, "synapse"),
      media: path.join(directory, "media"),
      pidFile: path.join(directory, "synapse.pid"),
    },
    secret: (name) => path.join(directory, "secrets", name),
    database: { host: "127.0.0.1", port: parts.databasePort },
    redis: { host: "127.0.0.1", bind: "127.0.0.1", port: await port() },
    appservice: {
      host: "127.0.0.1",
      bind: "127.0.0.1",
      port: await port(),
      configuration: path.join(directory, "appservice"),
    },
    nginx: {
      listen: { address: "127.0.0.1", https, http: await port() },
      publicPort: https,
      certificate: parts.certificate,
      key: parts.key,
      clientDirectory: parts.clientDirectory,
      temporary: path.join(directory, "nginx"),
      accessLog: path.join(directory, "nginx", "access.log"),
      errorLog: "stderr",
      brotli: hasBrotli(),
    },
  };
}

/** Told of a child as soon as it runs, so that it is ended also if it never answers. */
type Keep = (child: Child) => Child;

/** Starts one Synapse process of a rendered city and waits until it answers. */
async function startProcess(
  directory: string,
  service: string,
  place: Place,
  keep: Keep,
): Promise<void> {
  const child = keep(
    startChild({
      name: `Synapse (${service})`,
      command: START_SYNAPSE,
      args: [],
      cwd: directory,
      logFile: path.join(directory, "logs", `${service}.log`),
      env: {
        ...process.env,
        PATH: `${path.dirname(cityPythonOf(paths.state))}${path.delimiter}${process.env["PATH"] ?? ""}`,
        PYTHONUNBUFFERED: "1",
        PYTHONPATH: paths.synapseModules,
        KLAAF_CONFIG: path.join(directory, "synapse"),
        KLAAF_WORKER: service === MAIN_SERVICE ? "" : service,
      },
    }),
  );
  await waitForHttp(`http://127.0.0.1:${place.client}/health`, child, 120_000);
}

async function startAppservice(directory: string, port: number, keep: Keep): Promise<void> {
  const child = keep(
    startChild({
      name: "appservice",
      command: process.execPath,
      args: [
        "--disable-warning=ExperimentalWarning",
        APPSERVICE,
        "--config",
        path.join(directory, "appservice", "appservice.yaml"),
      ],
      logFile: path.join(directory, "logs", "appservice.log"),
    }),
  );
  await waitForHttp(`http://127.0.0.1:${port}/healthz`, child);
}

/**
 * Starts a whole city: PostgreSQL, Redis, Synapse with all workers, the appservice, nginx. The
 * environment must be prepared (`prepareCitySynapse`).
 *
 * @throws Error with the end of the log of the part that does not come up; what runs by then is stopped
 */
export async function startCity(options: CityOptions): Promise<City> {
  const { directory, settings } = options;
  const running: (() => Promise<void>)[] = [];
  const stop = async () => {
    // The database last: the others still write while they leave.
    const [database, ...others] = running;
    await Promise.all(others.map((end) => end()));
    await database?.();
  };
  const keep: Keep = (child) => {
    running.push(() => child.stop());
    return child;
  };
  try {
    const database = await startPostgres({ directory: path.join(directory, "postgres") });
    running.push(() => database.stop());
    const tls = makeCertificate(path.join(directory, "tls"), settings.publicHost);
    const surroundings = await onLoopback(directory, settings, {
      databasePort: database.port,
      clientDirectory: options.clientDirectory,
      ...tls,
    });
    const { workers } = writeCity(directory, settings, surroundings);
    copyFileSync(options.organisation, path.join(directory, "appservice", "organisation.yaml"));
    const superuser = new URL(database.url);
    execFileSync(CREATE_DATABASES, {
      env: {
        PATH: `${path.dirname(need("postgresql"))}${path.delimiter}${process.env["PATH"] ?? ""}`,
        PGHOST: superuser.hostname,
        PGPORT: superuser.port,
        PGPASSWORD: superuser.password,
        POSTGRES_USER: superuser.username,
        KLAAF_SECRETS: path.join(directory, "secrets"),
      },
    });
    keep(
      await startRedis({
        program: need("redis"),
        configFile: surroundings.secret("redis-conf"),
        port: surroundings.redis.port,
        directory,
        logFile: path.join(directory, "logs", "redis.log"),
      }),
    );
    const main = surroundings.placeOf(MAIN_SERVICE);
    // The main process makes the tables; workers would refuse to start without them.
    await startProcess(directory, MAIN_SERVICE, main, keep);
    const started = await Promise.allSettled(
      workers.map(({ name }) => startProcess(directory, name, surroundings.placeOf(name), keep)),
    );
    for (const result of started) if (result.status === "rejected") throw result.reason;
    execFileSync(process.execPath, [
      MAKE_ADMINISTRATOR,
      `--homeserver=http://127.0.0.1:${main.client}`,
      `--appservice=${path.join(directory, "appservice", "appservice.yaml")}`,
      `--secret=${surroundings.secret("registration-secret")}`,
    ]);
    await startAppservice(directory, surroundings.appservice.port, keep);
    keep(
      await startNginx({
        program: need("nginx"),
        configFile: path.join(directory, "nginx", "nginx.conf"),
        port: surroundings.nginx.listen.https,
        logFile: path.join(directory, "logs", "nginx.log"),
      }),
    );
    return {
      url: `https://${settings.publicHost}:${surroundings.nginx.publicPort}`,
      certificate: readFileSync(tls.certificate, "utf8"),
      workers,
      placeOf: surroundings.placeOf,
      actToken: readFileSync(surroundings.secret("act-token"), "utf8").trim(),
      appserviceUrl: `http://127.0.0.1:${surroundings.appservice.port}`,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
