import type { Surroundings } from "./city.ts";
import { inContainer } from "./layout.ts";

/** Where docker-compose.yml puts things inside the containers. */
export const IN_COMPOSE: Surroundings = {
  placeOf: inContainer,
  synapse: {
    configuration: "/etc/klaaf",
    media: "/var/lib/klaaf/media",
    pidFile: "/tmp/synapse.pid",
  },
  secret: (name) => `/run/secrets/${name}`,
  database: { host: "database", port: 5432 },
  redis: { host: "redis", bind: "0.0.0.0", port: 6379 },
  appservice: { host: "appservice", bind: "0.0.0.0", port: 9010, configuration: "/etc/klaaf" },
  nginx: {
    // Ports that need no root; docker-compose.yml publishes them as 443 and 80.
    listen: { address: "0.0.0.0", https: 8443, http: 8080 },
    publicPort: 443,
    certificate: "/run/secrets/tls-certificate",
    key: "/run/secrets/tls-key",
    clientDirectory: "/usr/share/klaaf/client",
    temporary: "/tmp",
    accessLog: "/dev/stdout",
    errorLog: "stderr",
    brotli: true,
  },
};
