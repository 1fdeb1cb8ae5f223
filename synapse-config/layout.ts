/** Which of Synapse's processes a request or a job goes to. */
export type Pool = "main" | "sync" | "client" | "streams" | "media";

/** What one Synapse process is for. */
export type Role = Pool | "events" | "background" | "federation-sender";

export type Worker = { readonly name: string; readonly role: Exclude<Role, "main"> };

/** How many processes share the work that can be shared. */
export type Counts = {
  /** Processes that answer /sync; one person always goes to the same one. */
  readonly sync: number;
  /** Processes that take requests: sending, joining, reading rooms, signing in. */
  readonly client: number;
  /** Processes that write events; rooms are shared out among them. */
  readonly events: number;
};

/** What docker-compose.yml has services for (see docs/decisions/0006-worker-layout.md). */
export const DEFAULT_COUNTS: Counts = { sync: 2, client: 2, events: 2 };

/**
 * The workers of a city beside Synapse's main process, in the order in which they are named
 * everywhere. Some work cannot be shared and has one process, whatever the counts.
 *
 * @param options.federation whether there is any partner to send to
 */
export function workersOf(counts: Counts, options: { readonly federation: boolean }): Worker[] {
  const several = (role: "sync" | "client" | "events") =>
    Array.from({ length: counts[role] }, (_, index) => ({ name: `${role}-${index + 1}`, role }));
  return [
    ...several("sync"),
    ...several("client"),
    ...several("events"),
    { name: "streams", role: "streams" },
    { name: "media", role: "media" },
    { name: "background", role: "background" },
    ...(options.federation
      ? [{ name: "federation-sender", role: "federation-sender" } as const]
      : []),
  ];
}

/** Where a process listens, and under which host the others find it. */
export type Place = {
  readonly host: string;
  /** The address it binds to: loopback in a test, all of the container's own in production. */
  readonly bind: string;
  readonly client: number;
  readonly replication: number;
  readonly metrics: number;
};

/** The ports inside a container: the same in each, since each has a host name of its own. */
export const CONTAINER_PORTS = { client: 8008, replication: 9093, metrics: 9000 } as const;

/** A process in a container of its own, whose host name is the service's. */
export function inContainer(service: string): Place {
  return { host: service, bind: "0.0.0.0", ...CONTAINER_PORTS };
}

/** The main process' service in docker-compose.yml. */
export const MAIN_SERVICE = "synapse";

const RESOURCES: Readonly<Record<Worker["role"], readonly string[]>> = {
  sync: ["client"],
  client: ["client"],
  streams: ["client"],
  // The client resource is there for the authenticated media paths below /_matrix/client/v1/media.
  media: ["client", "media"],
  events: [],
  background: [],
  "federation-sender": [],
};

/** The streams that one process alone writes, so that main is relieved of them (Synapse: workers.md). */
const SINGLE_STREAMS = [
  "typing",
  "to_device",
  "account_data",
  "receipts",
  "presence",
  "push_rules",
  "device_lists",
  "thread_subscriptions",
] as const;

/** Whether other processes call this one directly. */
const isCalled = ({ role }: Worker): boolean =>
  role === "events" || role === "streams" || role === "media" || role === "federation-sender";

type Listener = {
  readonly port: number;
  readonly bind_addresses: readonly string[];
  readonly type: "http" | "metrics";
  readonly tls: false;
  readonly x_forwarded?: true;
  readonly resources?: readonly { readonly names: readonly string[]; readonly compress: false }[];
};

function httpListener(port: number, bind: string, names: readonly string[]): Listener {
  return {
    port,
    bind_addresses: [bind],
    type: "http",
    tls: false,
    x_forwarded: true,
    resources: [{ names, compress: false }],
  };
}

/** The main process' listeners: client (and partners), replication, metrics. */
export function mainListeners(place: Place, options: { readonly federation: boolean }): Listener[] {
  return [
    httpListener(place.client, place.bind, [
      "client",
      // Without federation, openid alone: the appservice asks whose OpenID token it was given.
      options.federation ? "federation" : "openid",
    ]),
    httpListener(place.replication, place.bind, ["replication"]),
    { port: place.metrics, bind_addresses: [place.bind], type: "metrics", tls: false },
  ];
}

/** A worker's listeners; every one answers /health, so that it can be watched. */
export function workerListeners(
  worker: Worker,
  place: Place,
  options: { readonly federation: boolean },
): Listener[] {
  const takesPartners = options.federation && (worker.role === "client" || worker.role === "media");
  const names = [...RESOURCES[worker.role], ...(takesPartners ? ["federation"] : [])];
  return [
    httpListener(place.client, place.bind, names.length > 0 ? names : ["health"]),
    ...(isCalled(worker) ? [httpListener(place.replication, place.bind, ["replication"])] : []),
    { port: place.metrics, bind_addresses: [place.bind], type: "metrics", tls: false },
  ];
}

export type Duties = {
  readonly instanceMap: Readonly<Record<string, { readonly host: string; readonly port: number }>>;
  readonly streamWriters: Readonly<Record<string, readonly string[]>>;
  readonly backgroundWorker: string;
  readonly mediaWorker: string;
  readonly federationSenders: readonly string[];
};

/** Who does what, in the words of Synapse's shared configuration. */
export function dutiesOf(workers: readonly Worker[], placeOf: (name: string) => Place): Duties {
  const named = (role: Worker["role"]) =>
    workers.filter((worker) => worker.role === role).map(({ name }) => name);
  const called = ["main", ...workers.filter(isCalled).map(({ name }) => name)];
  return {
    instanceMap: Object.fromEntries(
      called.map((name) => {
        const { host, replication } = placeOf(name === "main" ? MAIN_SERVICE : name);
        return [name, { host, port: replication }];
      }),
    ),
    streamWriters: {
      events: named("events"),
      ...Object.fromEntries(SINGLE_STREAMS.map((stream) => [stream, ["streams"]])),
      // Media that an administrator blocks: noted where media is kept.
      quarantined_media_changes: named("media"),
    },
    backgroundWorker: "background",
    mediaWorker: "media",
    federationSenders: named("federation-sender"),
  };
}
