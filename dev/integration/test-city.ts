import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { paths } from "../paths.ts";
import { silentReport } from "../report.ts";
import { startAppservice } from "../stack/appservice.ts";
import { lastLines } from "../stack/child.ts";
import type { Child } from "../stack/child.ts";
import { confirmFirstRun } from "../stack/first-run.ts";
import { freePort } from "../stack/ports.ts";
import { prepareSynapse } from "../stack/python.ts";
import { startSynapse } from "../stack/synapse.ts";
import type { Synapse } from "../stack/synapse.ts";

export const SMALL_TOWN = fileURLToPath(new URL("small-town.yaml", import.meta.url));
const SERVER_NAME = "kleinstadt.localhost";

export type Answer = {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
};

export type TestProgress = {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  readonly problem?: string;
};

export type TestCityOptions = {
  readonly source?: string;
  /** False: the test starts it itself. */
  readonly appservice?: boolean;
  /** Another program than the appservice's own. */
  readonly main?: string;
  /** Where the appservice's store is; else it is embedded. */
  readonly store?: { readonly kind: "postgres"; readonly url: string };
  /** Where the homeserver pushes to, given the appservice's address; else straight there. */
  readonly pushedTo?: (appserviceUrl: string) => Promise<string>;
};

/** A city of a test's own: real Synapse and real appservice, each of which the test may kill. */
export class TestCity {
  readonly directory = mkdtempSync(path.join(tmpdir(), "klaaf-test-"));
  readonly serverName = SERVER_NAME;
  /** The organisation file that the appservice reads. */
  readonly source: string;
  readonly #ports: { readonly synapse: number; readonly appservice: number };
  readonly #options: TestCityOptions;
  #pushedTo: string;
  #synapse: Synapse | undefined;
  #appservice: Child | undefined;

  private constructor(options: TestCityOptions, ports: { synapse: number; appservice: number }) {
    this.source = options.source ?? SMALL_TOWN;
    this.#options = options;
    this.#ports = ports;
    this.#pushedTo = this.appserviceUrl;
  }

  /** Brings Synapse up; the appservice as well, unless the test wants to start it itself. */
  static async start(options: TestCityOptions = {}): Promise<TestCity> {
    await prepareSynapse(paths.state, silentReport);
    const city = new TestCity(options, {
      synapse: await freePort(),
      appservice: await freePort(),
    });
    try {
      city.#pushedTo = (await options.pushedTo?.(city.appserviceUrl)) ?? city.appserviceUrl;
      await city.startSynapse();
      if (options.appservice !== false) await city.startAppservice();
    } catch (error) {
      await city.stop();
      throw error;
    }
    return city;
  }

  get synapse(): Synapse {
    if (this.#synapse === undefined) throw new Error("Synapse is not running.");
    return this.#synapse;
  }

  get appservice(): Child {
    if (this.#appservice === undefined) throw new Error("The appservice is not running.");
    return this.#appservice;
  }

  get appserviceUrl(): string {
    return `http://127.0.0.1:${this.#ports.appservice}`;
  }

  get storeDirectory(): string {
    return path.join(this.directory, "appservice", "store");
  }

  async startSynapse(): Promise<void> {
    this.#synapse = await startSynapse({
      directory: path.join(this.directory, "synapse"),
      port: this.#ports.synapse,
      serverName: SERVER_NAME,
      appserviceUrl: this.#pushedTo,
      logFile: path.join(this.directory, "logs", "synapse.log"),
    });
  }

  /** @param options with `confirm: false` it does not wait for a first plan to be carried out */
  async startAppservice(options: { readonly confirm?: boolean } = {}): Promise<void> {
    this.#appservice = await startAppservice({
      directory: path.join(this.directory, "appservice"),
      logFile: path.join(this.directory, "logs", "appservice.log"),
      port: this.#ports.appservice,
      serverName: SERVER_NAME,
      homeserverUrl: this.synapse.url,
      registrations: this.synapse.registrations,
      source: this.source,
      priorityPeople: [],
      // Tests say themselves when it is read.
      sourceEverySeconds: 3600,
      ...(this.#options.main === undefined ? {} : { main: this.#options.main }),
      ...(this.#options.store === undefined ? {} : { store: this.#options.store }),
    });
    if (options.confirm !== false) await confirmFirstRun(this.appserviceUrl, this.synapse.actToken);
  }

  /** Puts another organisation in place of the one that was read so far. */
  writeSource(text: string): void {
    writeFileSync(this.source, text);
  }

  /** A request as the provisioning account, or as the person in `as`. */
  async asAppservice(
    method: string,
    address: string,
    options: { readonly as?: string; readonly body?: unknown } = {},
  ): Promise<Answer> {
    const url = new URL(address, this.synapse.url);
    if (options.as !== undefined) url.searchParams.set("user_id", options.as);
    return request(method, url.href, this.synapse.actToken, options.body);
  }

  /** A request to the appservice's API with the machine's token. */
  api(method: string, address: string, body?: unknown): Promise<Answer> {
    return request(method, `${this.appserviceUrl}/api/v1${address}`, this.synapse.actToken, body);
  }

  /** Has what is planned now carried out. @returns the run's record when it has ended */
  async run(): Promise<Readonly<Record<string, unknown>>> {
    const { json } = await this.api("POST", "/runs");
    return this.runEnded(text(json["id"], "run"));
  }

  /** Waits until a run has ended. */
  async runEnded(id: string): Promise<Readonly<Record<string, unknown>>> {
    for (;;) {
      const { json } = await this.api("GET", `/runs/${id}`);
      if (json["finishedAt"] !== undefined) return json;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Waits until a run of the appservice has come to its end. */
  async provisioned(onProgress?: (progress: TestProgress) => void): Promise<TestProgress> {
    for (;;) {
      const answer = await this.api("GET", "/progress").catch(() => undefined);
      const progress = answer?.json as TestProgress | undefined;
      if (progress !== undefined) {
        onProgress?.(progress);
        if (progress.phase === "failed") throw new Error(progress.problem);
        if (progress.phase === "idle") return progress;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async userId(sourceId: string): Promise<string> {
    return text((await this.api("GET", `/people/${sourceId}`)).json["userId"], sourceId);
  }

  async space(unit: string): Promise<string> {
    return text((await this.api("GET", `/units/${unit}/space`)).json["roomId"], unit);
  }

  async room(unit: string, template: string): Promise<string> {
    const answer = await this.api("GET", `/units/${unit}/rooms/${template}`);
    return text(answer.json["roomId"], `${unit}/${template}`);
  }

  async members(roomId: string): Promise<readonly string[]> {
    const answer = await this.asAppservice(
      "GET",
      `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/joined_members`,
    );
    return Object.keys(answer.json["joined"] ?? {}).filter(
      (userId) => !userId.startsWith("@provisioning:"),
    );
  }

  /** Signs a person in with a password, as their browser would. */
  async signIn(sourceId: string): Promise<Person> {
    const userId = await this.userId(sourceId);
    const password = "Laterne-Kutter-Eiche-11";
    await this.asAppservice("PUT", `/_synapse/admin/v2/users/${userId}`, {
      body: { password, logout_devices: false },
    });
    const { json } = await request(
      "POST",
      `${this.synapse.url}/_matrix/client/v3/login`,
      undefined,
      { type: "m.login.password", identifier: { type: "m.id.user", user: userId }, password },
    );
    const token = text(json["access_token"], "access_token");
    return {
      userId,
      token,
      call: (method, address, body) =>
        request(method, new URL(address, this.synapse.url).href, token, body),
    };
  }

  /** Counts rows of Synapse's own database. */
  count(table: string, where = "1 = 1"): number {
    const db = new DatabaseSync(path.join(this.directory, "synapse", "homeserver.db"), {
      readOnly: true,
      timeout: 10_000,
    });
    try {
      const row = db.prepare(`select count(*) as n from ${table} where ${where}`).get();
      return Number(row?.["n"]);
    } finally {
      db.close();
    }
  }

  log(part: "appservice" | "synapse"): string {
    return lastLines(path.join(this.directory, "logs", `${part}.log`), 100_000);
  }

  async stop(): Promise<void> {
    await this.#appservice?.stop();
    await this.#synapse?.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** A signed-in person. */
export type Person = {
  readonly userId: string;
  readonly token: string;
  call(method: string, address: string, body?: unknown): Promise<Answer>;
};

export async function request(
  method: string,
  url: string,
  token: string | undefined,
  body?: unknown,
): Promise<Answer> {
  const answer = await fetch(url, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const words = await answer.text();
  return {
    status: answer.status,
    json: words === "" ? {} : (JSON.parse(words) as Record<string, unknown>),
  };
}

function text(value: unknown, what: string): string {
  if (typeof value === "string") return value;
  throw new Error(`There is no ${what}.`);
}
