import type { Pool } from "./layout.ts";

export type Route = {
  /** A regular expression over the path, which both JavaScript and nginx (PCRE) read alike. */
  readonly path: string;
  readonly pool: Pool;
};

const V = "(api/v1|r0|v3|unstable)";
const ROOM = `^/_matrix/client/${V}/rooms/[^/]+`;

/**
 * Which process answers which path; the first that fits wins, what fits none goes to main. After
 * Synapse's workers.md and the servlets that 1.163 registers on workers (`synapse/rest/__init__.py`):
 * what a worker does not know, it answers with 404.
 */
export const CLIENT_ROUTES: readonly Route[] = [
  { path: "^/_matrix/client/v1/media/", pool: "media" },
  { path: "^/_matrix/media/", pool: "media" },

  { path: "^/_matrix/client/(r0|v3)/sync$", pool: "sync" },
  { path: "^/_matrix/client/unstable/org[.]matrix[.]simplified_msc3575/sync$", pool: "sync" },
  { path: "^/_matrix/client/(api/v1|r0|v3)/(events|initialSync)$", pool: "sync" },
  { path: "^/_matrix/client/(api/v1|r0|v3)/rooms/[^/]+/initialSync$", pool: "sync" },

  // Streams with one writer: straight to it.
  { path: `${ROOM}/typing/`, pool: "streams" },
  { path: `${ROOM}/(receipt/|read_markers$)`, pool: "streams" },
  { path: "^/_matrix/client/(r0|v3|unstable)/sendToDevice/", pool: "streams" },
  {
    path: "^/_matrix/client/(r0|v3|unstable)/user/[^/]+/rooms/[^/]+/(tags|account_data)",
    pool: "streams",
  },
  { path: "^/_matrix/client/(r0|v3|unstable)/user/[^/]+/account_data/", pool: "streams" },
  { path: `^/_matrix/client/${V}/presence/`, pool: "streams" },
  { path: `^/_matrix/client/${V}/pushrules/`, pool: "streams" },
  { path: "^/_matrix/client/unstable/io[.]element[.]msc430[68]/", pool: "streams" },
  { path: "^/_matrix/client/(r0|v3|unstable)/delete_devices$", pool: "streams" },
  { path: `^/_matrix/client/${V}/devices(/|$)`, pool: "streams" },
  { path: "^/_matrix/client/(r0|v3|unstable)/keys/upload", pool: "streams" },
  { path: `^/_matrix/client/${V}/keys/(device_signing|signatures)/upload$`, pool: "streams" },

  // Writing into rooms, and reading them.
  { path: `${ROOM}/(redact|send|state)(/|$)`, pool: "client" },
  { path: `${ROOM}/(join|invite|leave|ban|unban|kick)$`, pool: "client" },
  {
    path: `${ROOM}/(messages|members|joined_members|aliases|context/.+|event/.+)$`,
    pool: "client",
  },
  { path: "^/_matrix/client/(v1|unstable)/rooms/[^/]+/relations/", pool: "client" },
  {
    path: "^/_matrix/client/v1/rooms/[^/]+/(hierarchy|threads|timestamp_to_event)$",
    pool: "client",
  },
  { path: `^/_matrix/client/${V}/(createRoom|joined_rooms|search|publicRooms)$`, pool: "client" },
  { path: `^/_matrix/client/${V}/(join|knock|profile)/`, pool: "client" },
  { path: `^/_matrix/client/${V}/directory/room/`, pool: "client" },

  // Keys to read, signing in, what a client asks at its start.
  { path: "^/_matrix/client/(r0|v3|unstable)/keys/(query|changes|claim)$", pool: "client" },
  { path: "^/_matrix/client/(r0|v3|unstable)/room_keys/", pool: "client" },
  { path: `^/_matrix/client/${V}/login$`, pool: "client" },
  { path: "^/_matrix/client/versions$", pool: "client" },
  {
    path: "^/_matrix/client/(r0|v3|unstable)/(capabilities|notifications|password_policy)$",
    pool: "client",
  },
  { path: "^/_matrix/client/(r0|v3|unstable)/account/whoami$", pool: "client" },
  { path: "^/_matrix/client/(r0|v3|unstable)/user/[^/]+/filter(/|$)", pool: "client" },
  { path: `^/_matrix/client/${V}/voip/turnServer$`, pool: "client" },
];

/** Partners' requests; there only if there are partners. Transactions of one server stay together. */
export const FEDERATION_ROUTES: readonly Route[] = [
  { path: "^/_matrix/federation/v1/media/", pool: "media" },
  { path: "^/_matrix/federation/", pool: "client" },
  { path: "^/_matrix/key/v2/query", pool: "client" },
  { path: "^/_matrix/key/", pool: "main" },
];

/** The homeserver's paths that are passed on at all; the rest of `/_` is answered with 404. */
export const HOMESERVER_PREFIXES = [
  "/_matrix/client/",
  "/_matrix/media/",
  "/_synapse/client/",
] as const;

/** The process pool for a request, as nginx decides it. */
export function poolFor(routes: readonly Route[], path: string): Pool {
  return routes.find((route) => new RegExp(route.path).test(path))?.pool ?? "main";
}
