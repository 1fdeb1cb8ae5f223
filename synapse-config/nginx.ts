import { securityHeaders } from "../client/security-headers.ts";
import type { Pool } from "./layout.ts";
import { CLIENT_ROUTES, FEDERATION_ROUTES } from "./routes.ts";
import type { Route } from "./routes.ts";

export type NginxOptions = {
  /** The host that people open, which is also where partners are sent to. */
  readonly publicHost: string;
  readonly federation: boolean;
  readonly maxUploadMiB: number;
  readonly listen: { readonly address: string; readonly https: number; readonly http: number };
  /** The port that redirects lead to: the one of the host, not of the container. */
  readonly publicPort: number;
  readonly certificate: string;
  readonly key: string;
  /** The built client, precompressed. */
  readonly clientDirectory: string;
  /** `host:port` of each pool's processes. */
  readonly pools: Readonly<Record<Pool, readonly string[]>>;
  readonly appservice: string;
  /** A folder that nginx may write to: its process id, what it buffers. */
  readonly temporary: string;
  readonly accessLog: string;
  readonly errorLog: string;
  /** Whether nginx has its module for files that are compressed with Brotli. */
  readonly brotli: boolean;
};

const indent = (depth: number, text: string): string =>
  text
    .split("\n")
    .map((line) => (line === "" ? line : `${"  ".repeat(depth)}${line}`))
    .join("\n");

/** A string as nginx reads it. A `$` would be taken for a variable, so there must be none. */
function quoted(text: string): string {
  if (/[$"\\\n]/.test(text)) throw new Error(`nginx cannot be given this text: ${text}`);
  return `"${text}"`;
}

/** A regular expression as nginx reads it: quoted, since braces and semicolons would end it. */
const pattern = (source: string): string => `"${source}"`;

const upstreamName = (pool: Pool): string => `klaaf_${pool}`;

function upstream(pool: Pool, servers: readonly string[]): string {
  return [
    `upstream ${upstreamName(pool)} {`,
    // One person always reaches the same process, which has what they need in its cache.
    ...(pool === "sync" ? ["  hash $klaaf_person consistent;"] : []),
    ...servers.map((server) => `  server ${server} max_fails=3 fail_timeout=5s;`),
    "  keepalive 64;",
    "}",
  ].join("\n");
}

function location(route: Route, options: NginxOptions): string {
  const media = route.pool === "media";
  return [
    `location ~ ${pattern(route.path)} {`,
    ...(media
      ? [`  client_max_body_size ${options.maxUploadMiB}m;`, "  proxy_request_buffering off;"]
      : []),
    `  proxy_pass http://${upstreamName(route.pool)};`,
    "}",
  ].join("\n");
}

function staticHeaders(cacheControl: string): string {
  const headers = { ...securityHeaders({ https: true }), "cache-control": cacheControl };
  return Object.entries(headers)
    .map(([name, value]) => `add_header ${name} ${quoted(value)} always;`)
    .join("\n");
}

/** The kinds of paths that are passed on. What is asked for must be of the kind that it looks like. */
const KINDS: readonly (readonly [string, string])[] = [
  ["client", "^/_matrix/client/"],
  ["media", "^/_matrix/media/"],
  ["sign-in", "^/_synapse/client/"],
  ["partners", "^/_matrix/(federation|key)/"],
  ["api", "^/api/"],
];

function maps(): string {
  const kinds = (variable: string, from: string) =>
    [
      `map ${from} ${variable} {`,
      "  default page;",
      ...KINDS.map(([kind, prefix]) => `  ${pattern(`~${prefix}`)} ${kind};`),
      "}",
    ].join("\n");
  return [
    "# The person, from the token that Synapse gave them; else the whole header.",
    "map $http_authorization $klaaf_person {",
    "  default $http_authorization;",
    '  "~^Bearer syt_(?<klaaf_localpart>[^_]+)_" $klaaf_localpart;',
    "}",
    "# nginx decides by the decoded path and passes the raw one on. A request whose two paths are not of",
    "# one kind (/_synapse/admin/..%2f..%2f_matrix/client/) tries to slip through.",
    kinds("$klaaf_raw", "$request_uri"),
    kinds("$klaaf_decoded", "$uri"),
    'map "$klaaf_raw $klaaf_decoded" $klaaf_disguised {',
    "  default 1;",
    ...["page", ...KINDS.map(([kind]) => kind)].map((kind) => `  "${kind} ${kind}" 0;`),
    "}",
  ].join("\n");
}

function federation(options: NginxOptions): string {
  return [
    "# Partners find us here.",
    "location = /.well-known/matrix/server {",
    "  default_type application/json;",
    `  return 200 '{"m.server":"${options.publicHost}:443"}';`,
    "}",
    ...FEDERATION_ROUTES.map((route) => location(route, options)),
  ].join("\n");
}

/** Served over TLS: the client, the homeserver's and the appservice's doors; nothing else. */
function server(options: NginxOptions): string {
  const { listen } = options;
  return `server {
  listen ${listen.address}:${listen.https} ssl http2;
  server_name ${options.publicHost};
  ssl_certificate ${quoted(options.certificate)};
  ssl_certificate_key ${quoted(options.key)};
  add_header strict-transport-security ${quoted(securityHeaders({ https: true })["strict-transport-security"] ?? "")} always;

  if ($klaaf_disguised) { return 404; }
  # A token in an address would end up in logs and histories; it belongs in a header.
  if ($arg_access_token) { return 400; }

  error_page 502 504 =502 @resting;
  location @resting {
    internal;
    default_type application/json;
    return 502 '{"errcode":"M_UNKNOWN","error":"This part is not answering yet."}';
  }

  # The homeserver: each request to the process that answers it best, the rest to the main one.
${indent(1, CLIENT_ROUTES.map((route) => location(route, options)).join("\n"))}
  location /_matrix/client/ { proxy_pass http://${upstreamName("main")}; }
  location /_synapse/client/ { proxy_pass http://${upstreamName("main")}; }
${options.federation ? `${indent(1, federation(options))}\n` : ""}
  # The appservice's API; its Matrix routes, health and metrics are not passed on.
  location /api/ { proxy_pass http://klaaf_appservice; }

  # Neither the administration's API nor anything else of the servers.
  location /_ { return 404; }

  # What a build keeps for itself.
  location ~ "/[.]" { return 404; }

  # The client: files with a hash in their names for ever, the page itself never from an old cache.
  location /assets/ {
${indent(2, staticHeaders("public, max-age=31536000, immutable"))}
    try_files $uri =404;
  }
  location / {
${indent(2, staticHeaders("no-cache"))}
    try_files $uri /index.html;
  }
}`;
}

/**
 * The configuration of a city's one door. It is complete (for `nginx -c`), needs no root, and keeps to
 * the path policy of the laptop's gateway (dev/stack/gateway.ts). Its log names nobody: neither address
 * nor path. TLS after BSI TR-02102-2.
 */
export function renderNginx(options: NginxOptions): string {
  const { listen, temporary } = options;
  const port = options.publicPort === 443 ? "" : `:${options.publicPort}`;
  const pools: readonly Pool[] = ["main", "sync", "client", "streams", "media"];
  return `# Rendered by synapse-config/nginx.ts; changes are lost.
include /etc/nginx/modules-enabled/*.conf;
pid ${quoted(`${temporary}/nginx.pid`)};
worker_processes auto;
worker_rlimit_nofile 16384;
error_log ${options.errorLog} error;
events { worker_connections 8192; }
http {
  include /etc/nginx/mime.types;
  types { application/manifest+json webmanifest; }
  default_type application/octet-stream;
  charset utf-8;
  server_tokens off;
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 75s;
  client_body_temp_path ${quoted(`${temporary}/body`)};
  proxy_temp_path ${quoted(`${temporary}/proxy`)};
  fastcgi_temp_path ${quoted(`${temporary}/fastcgi`)};
  uwsgi_temp_path ${quoted(`${temporary}/uwsgi`)};
  scgi_temp_path ${quoted(`${temporary}/scgi`)};
  log_format klaaf escape=json '{"time":"$time_iso8601","status":$status,"method":"$request_method","kind":"$klaaf_decoded","seconds":$request_time,"upstream":"$upstream_addr","bytes":$bytes_sent}';
  access_log ${options.accessLog} klaaf;

  root ${quoted(options.clientDirectory)};
  gzip_static on;
${options.brotli ? "  brotli_static on;\n" : ""}
  client_max_body_size 16m;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Host $http_host;
  # Not what the asker says: who is behind this door knows the true address.
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_set_header Forwarded "";
  proxy_connect_timeout 5s;
  # A waiting /sync takes up to half a minute by itself.
  proxy_read_timeout 120s;

  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_ciphers ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256;
  ssl_ecdh_curve secp384r1:prime256v1;
  ssl_prefer_server_ciphers on;
  ssl_session_cache shared:klaaf:10m;
  ssl_session_tickets off;

${indent(1, maps())}

${indent(1, pools.map((pool) => upstream(pool, options.pools[pool])).join("\n"))}
  upstream klaaf_appservice {
    server ${options.appservice} max_fails=3 fail_timeout=5s;
    keepalive 32;
  }

  # Over plain HTTP there is only the way to HTTPS, and an answer for who watches this container.
  server {
    listen ${listen.address}:${listen.http};
    server_name ${options.publicHost} _;
    location = /healthz { access_log off; return 200 "ok"; }
    location / { return 308 https://${options.publicHost}${port}$request_uri; }
  }
${indent(1, server(options))}
}
`;
}
