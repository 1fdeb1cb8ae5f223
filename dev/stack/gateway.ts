import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createProxyServer } from "http-proxy-3";
import sirv from "sirv";
import { securityHeaders } from "../../client/security-headers.ts";

export type GatewayOptions = {
  readonly port: number;
  /** Where the built client lies, precompressed; or where Vite serves it with hot reload. */
  readonly client:
    | { readonly kind: "built"; readonly directory: string }
    | { readonly kind: "dev"; readonly url: string };
  readonly homeserverUrl: string;
  readonly appserviceUrl: string;
};

/** The one door of the laptop's city: what nginx is in production. */
export interface Gateway {
  readonly url: string;
  stop(): Promise<void>;
}

const HOMESERVER_PATHS = ["/_matrix/client/", "/_matrix/media/", "/_synapse/client/"];
const HASHED_ASSET = /^\/assets\//;

/**
 * Serves client, homeserver and appservice under one address on loopback, so that the browser needs
 * no cross-origin requests. Only the paths a client needs are passed on: neither the admin API nor the
 * appservice's Matrix routes nor its metrics are reachable here.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const proxy = createProxyServer({ xfwd: true, ws: false });
  proxy.on("error", (_error, _request, response) => {
    if ("writeHead" in response && !response.headersSent) {
      response.writeHead(502, { "content-type": "application/json" });
      response.end(
        JSON.stringify({ errcode: "M_UNKNOWN", error: "This part is not answering yet." }),
      );
    } else {
      response.destroy();
    }
  });
  const files = options.client.kind === "built" ? serveBuilt(options.client.directory) : undefined;

  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://gateway").pathname;
    if (HOMESERVER_PATHS.some((prefix) => path.startsWith(prefix))) {
      proxy.web(request, response, { target: options.homeserverUrl });
    } else if (path.startsWith("/api/")) {
      proxy.web(request, response, { target: options.appserviceUrl });
    } else if (path.startsWith("/_")) {
      response.writeHead(404).end();
    } else if (files !== undefined) {
      files(request, response);
    } else if (options.client.kind === "dev") {
      proxy.web(request, response, { target: options.client.url });
    }
  });
  if (options.client.kind === "dev") {
    const { url } = options.client;
    server.on("upgrade", (request, socket, head) =>
      proxy.ws(request, socket, head, { target: url }),
    );
  }
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", resolve);
  });
  return {
    url: `http://localhost:${options.port}`,
    stop: () =>
      new Promise((resolve) => {
        proxy.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function serveBuilt(
  directory: string,
): (request: IncomingMessage, response: ServerResponse) => void {
  const headers = securityHeaders({ https: false });
  return sirv(directory, {
    brotli: true,
    gzip: true,
    etag: true,
    single: true,
    setHeaders(response, path) {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      response.setHeader(
        "cache-control",
        HASHED_ASSET.test(path) ? "public, max-age=31536000, immutable" : "no-cache",
      );
    },
  });
}
