import { stringify } from "yaml";
import { dutiesOf, mainListeners, MAIN_SERVICE, workerListeners, workersOf } from "./layout.ts";
import type { Place, Pool, Worker } from "./layout.ts";
import { renderNginx } from "./nginx.ts";
import type { NginxOptions } from "./nginx.ts";
import { renderCommon, renderLog, renderRegistrations, renderTemplate } from "./render.ts";
import { newSecret, newSigningKey } from "./secrets.ts";
import type { Settings } from "./settings.ts";

/** Secrets that are made once and kept for ever, each in a file of its own. */
export const SECRETS = {
  "signing-key": newSigningKey,
  "macaroon-secret": newSecret,
  "form-secret": newSecret,
  "registration-secret": newSecret,
  "replication-secret": newSecret,
  "password-pepper": newSecret,
  "act-token": newSecret,
  "act-homeserver-token": newSecret,
  "hear-token": newSecret,
  "hear-homeserver-token": newSecret,
  "redis-password": newSecret,
  "database-password": newSecret,
  "synapse-database-password": newSecret,
  "appservice-database-password": newSecret,
} as const;
export type SecretName = keyof typeof SECRETS;

/** Files that carry a secret in the form that a program wants; written anew from the secrets. */
export type DerivedSecretName = "synapse-passfile" | "appservice-database-url" | "redis-conf";

/** Where a city's parts run, and how each finds the others and its files. */
export type Surroundings = {
  readonly placeOf: (service: string) => Place;
  /** Where Synapse finds its configuration, its media and a place for its process id. */
  readonly synapse: {
    readonly configuration: string;
    readonly media: string;
    readonly pidFile: string;
  };
  /** Where programs find a secret's file. */
  readonly secret: (name: SecretName | DerivedSecretName) => string;
  readonly database: { readonly host: string; readonly port: number };
  readonly redis: { readonly host: string; readonly bind: string; readonly port: number };
  readonly appservice: {
    readonly host: string;
    readonly bind: string;
    readonly port: number;
    /** Where it finds the organisation file and the registrations. */
    readonly configuration: string;
  };
  readonly nginx: Pick<
    NginxOptions,
    | "listen"
    | "publicPort"
    | "certificate"
    | "key"
    | "clientDirectory"
    | "temporary"
    | "accessLog"
    | "errorLog"
    | "brotli"
  >;
};

export type RenderedCity = {
  readonly workers: readonly Worker[];
  /** Path below the city's folder → content. All are for their owner's eyes alone. */
  readonly files: Readonly<Record<string, string>>;
};

/** The two databases, each with a role of its own that owns nothing else. */
const SYNAPSE_DATABASE = "synapse";
const APPSERVICE_DATABASE = "appservice";

const address = ({ host }: Place, port: number): string => `${host}:${port}`;

function synapseFiles(
  settings: Settings,
  surroundings: Surroundings,
  secretOf: (name: SecretName) => string,
  workers: readonly Worker[],
): Record<string, string> {
  const { database, placeOf, redis, secret, synapse } = surroundings;
  const federation = settings.partners.length > 0;
  const inside = (name: string) => `${synapse.configuration}/${name}`;
  const duties = dutiesOf(workers, placeOf);
  const registrations = renderRegistrations({
    serverName: settings.serverName,
    appserviceUrl: `http://${surroundings.appservice.host}:${surroundings.appservice.port}`,
    actToken: secretOf("act-token"),
    actHomeserverToken: secretOf("act-homeserver-token"),
    hearToken: secretOf("hear-token"),
    hearHomeserverToken: secretOf("hear-homeserver-token"),
  });
  const files: Record<string, string> = {
    "synapse/common.yaml": renderCommon({
      serverName: settings.serverName,
      publicUrl: `https://${settings.publicHost}${surroundings.nginx.publicPort === 443 ? "" : `:${surroundings.nginx.publicPort}`}`,
      signingKeyFile: secret("signing-key"),
      macaroonSecretFile: secret("macaroon-secret"),
      formSecretFile: secret("form-secret"),
      registrationSecretFile: secret("registration-secret"),
      passwordPepper: secretOf("password-pepper"),
      mediaDirectory: synapse.media,
      pidFile: synapse.pidFile,
      logConfigFile: inside("log.yaml"),
      registrationActFile: inside("registration-act.yaml"),
      registrationHearFile: inside("registration-hear.yaml"),
      limits: true,
    }),
    "synapse/production.yaml": renderTemplate("production.yaml", {
      listeners: mainListeners(placeOf(MAIN_SERVICE), { federation }),
      databaseHost: database.host,
      databasePort: database.port,
      databaseUser: SYNAPSE_DATABASE,
      databaseName: SYNAPSE_DATABASE,
      databasePassfile: secret("synapse-passfile"),
      redisHost: redis.host,
      redisPort: redis.port,
      redisPasswordFile: secret("redis-password"),
      replicationSecretFile: secret("replication-secret"),
      ...duties,
      partners: settings.partners,
      federation,
      maxUploadSize: `${settings.maxUploadMiB}M`,
      retention: settings.keepMessagesDays !== "forever",
      keepMessages: `${settings.keepMessagesDays}d`,
      keepAddresses: `${settings.keepAddressesDays}d`,
      cacheFactor: settings.cacheFactor,
    }),
    "synapse/log.yaml": renderLog({ logLevel: settings.logLevel }),
    "synapse/registration-act.yaml": registrations.act,
    "synapse/registration-hear.yaml": registrations.hear,
    "appservice/registration-act.yaml": registrations.act,
    "appservice/registration-hear.yaml": registrations.hear,
  };
  for (const worker of workers) {
    files[`synapse/worker-${worker.name}.yaml`] = renderTemplate("worker.yaml", {
      name: worker.name,
      logConfigFile: inside("log.yaml"),
      listeners: workerListeners(worker, placeOf(worker.name), { federation }),
      media: worker.role === "media",
    });
  }
  return files;
}

function nginxFile(
  settings: Settings,
  surroundings: Surroundings,
  workers: readonly Worker[],
): string {
  const servers = (role: Pool) =>
    (role === "main"
      ? [MAIN_SERVICE]
      : workers.filter((worker) => worker.role === role).map(({ name }) => name)
    ).map((name) => {
      const place = surroundings.placeOf(name);
      return address(place, place.client);
    });
  return renderNginx({
    ...surroundings.nginx,
    publicHost: settings.publicHost,
    federation: settings.partners.length > 0,
    maxUploadMiB: settings.maxUploadMiB,
    pools: {
      main: servers("main"),
      sync: servers("sync"),
      client: servers("client"),
      streams: servers("streams"),
      media: servers("media"),
    },
    appservice: `${surroundings.appservice.host}:${surroundings.appservice.port}`,
  });
}

function redisConf({ bind, port }: Surroundings["redis"], password: string): string {
  return [
    `bind ${bind}`,
    `port ${port}`,
    `requirepass ${password}`,
    // What passes through here is a notice that the database has something new: nothing to keep.
    'save ""',
    "appendonly no",
    "maxmemory 256mb",
    "maxmemory-policy allkeys-lru",
    "",
  ].join("\n");
}

/**
 * Renders all that a city's servers read. Pure but for reading its templates: the same settings,
 * surroundings and secrets give the same files.
 *
 * @param secretOf each secret's value, by name
 */
export function renderCity(
  settings: Settings,
  surroundings: Surroundings,
  secretOf: (name: SecretName) => string,
): RenderedCity {
  const { appservice, database } = surroundings;
  const workers = workersOf(settings.workers, { federation: settings.partners.length > 0 });
  const main = surroundings.placeOf(MAIN_SERVICE);
  const derived: Readonly<Record<DerivedSecretName, string>> = {
    "synapse-passfile": `${database.host}:${database.port}:${SYNAPSE_DATABASE}:${SYNAPSE_DATABASE}:${secretOf("synapse-database-password")}\n`,
    "appservice-database-url": `postgres://${APPSERVICE_DATABASE}:${secretOf("appservice-database-password")}@${database.host}:${database.port}/${APPSERVICE_DATABASE}\n`,
    "redis-conf": redisConf(surroundings.redis, secretOf("redis-password")),
  };
  return {
    workers,
    files: {
      ...synapseFiles(settings, surroundings, secretOf, workers),
      ...Object.fromEntries(
        Object.entries(derived).map(([name, content]) => [`secrets/${name}`, content]),
      ),
      "appservice/appservice.yaml": stringify({
        serverName: settings.serverName,
        homeserverUrl: `http://${address(main, main.client)}`,
        listen: { host: appservice.bind, port: appservice.port },
        store: { kind: "postgres", urlFile: surroundings.secret("appservice-database-url") },
        registrations: {
          act: `${appservice.configuration}/registration-act.yaml`,
          hear: `${appservice.configuration}/registration-hear.yaml`,
        },
        source: { kind: "file", path: `${appservice.configuration}/organisation.yaml` },
        log: { level: settings.logLevel === "WARNING" ? "warn" : settings.logLevel.toLowerCase() },
      }),
      "nginx/nginx.conf": nginxFile(settings, surroundings, workers),
    },
  };
}
