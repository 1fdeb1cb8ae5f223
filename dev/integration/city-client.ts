import { Agent, request } from "node:https";
import { connect as connectTls } from "node:tls";
import type { City } from "../stack/city.ts";

export type CityAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
  readonly json: Readonly<Record<string, unknown>>;
};

export type CityRequest = {
  readonly method?: string;
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Speaks to a city through its one door, as a browser would: by its host name, with its certificate. */
export class CityClient {
  readonly #url: URL;
  readonly #agent: Agent;
  readonly #certificate: string;

  constructor(city: City) {
    this.#url = new URL(city.url);
    this.#certificate = city.certificate;
    this.#agent = new Agent({ ca: city.certificate, servername: this.#url.hostname });
  }

  /** @param path is sent as it is, nothing in it resolved */
  async ask(path: string, options: CityRequest = {}): Promise<CityAnswer> {
    const { body, headers = {}, method = "GET", token } = options;
    const content = Buffer.isBuffer(body) ? body : body === undefined ? "" : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          agent: this.#agent,
          host: "127.0.0.1",
          port: this.#url.port,
          path,
          method,
          headers: {
            host: this.#url.host,
            "content-length": Buffer.byteLength(content),
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            ...headers,
          },
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("end", () => {
            const received = Buffer.concat(chunks);
            resolve({
              status: answer.statusCode ?? 0,
              headers: answer.headers,
              body: received,
              json: answer.headers["content-type"]?.startsWith("application/json")
                ? (JSON.parse(received.toString()) as Record<string, unknown>)
                : {},
            });
          });
          answer.on("error", reject);
        },
      );
      sent.on("error", reject);
      sent.end(content);
    });
  }

  /** The TLS version that is agreed on if the client knows none above `maxVersion`. */
  tls(maxVersion: "TLSv1.1" | "TLSv1.2" | "TLSv1.3"): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connectTls({
        host: "127.0.0.1",
        port: Number(this.#url.port),
        servername: this.#url.hostname,
        ca: this.#certificate,
        minVersion: "TLSv1",
        maxVersion,
        // OpenSSL offers nothing below 1.2 by itself; what is tested is that nginx refuses it.
        ciphers: "DEFAULT@SECLEVEL=0",
      });
      socket.once("secureConnect", () => {
        resolve(socket.getProtocol() ?? "");
        socket.destroy();
      });
      socket.once("error", reject);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
