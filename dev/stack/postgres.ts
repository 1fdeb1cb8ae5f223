import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import { startChild, waitUntil } from "./child.ts";
import { programFor } from "../needs.ts";
import { freePort } from "./ports.ts";

export type PostgresOptions = {
  /** Where its data will lie: a folder that is not there yet, or empty. Its log lies beside it. */
  readonly directory: string;
};

/** A PostgreSQL of one's own on loopback, for tests. */
export interface Postgres {
  /** An address with a superuser's rights, of a database that is empty at first. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /**
   * Makes a database, and a role of the same name that owns it. As Synapse wants it: UTF-8, ordered by
   * bytes.
   *
   * @returns its address
   */
  createDatabase(name: string, password?: string): Promise<string>;
  stop(): Promise<void>;
}

/** PostgreSQL refuses to run as root: then it runs as `nobody`, who must be able to reach its folder. */
type Account = {
  /** A program and its arguments, as that account. */
  as(program: string, args: readonly string[]): readonly [string, readonly string[]];
  own(file: string): void;
};

const NOBODY = 65_534;
const PASSWORD = /^[\w-]+$/;

function accountFor(directory: string): Account {
  if (process.getuid?.() !== 0) {
    return { as: (program, args) => [program, args], own: () => {} };
  }
  const temporary = tmpdir();
  for (
    let folder = path.dirname(directory);
    folder.startsWith(`${temporary}${path.sep}`);
    folder = path.dirname(folder)
  ) {
    // Passing through is enough; nobody may list what else is there.
    chmodSync(folder, statSync(folder).mode | 0o011);
  }
  return {
    as: (program, args) => [
      "setpriv",
      [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--", program, ...args],
    ],
    own: (file) => chownSync(file, NOBODY, NOBODY),
  };
}

function makeCluster(program: string, directory: string, account: Account, password: string): void {
  const passwordFile = `${directory}.password`;
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  account.own(passwordFile);
  const [command, args] = account.as(path.join(path.dirname(program), "initdb"), [
    `--pgdata=${directory}`,
    "--username=klaaf",
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--no-sync",
  ]);
  const run = spawnSync(command, args, { encoding: "utf8" });
  rmSync(passwordFile);
  if (run.status !== 0) {
    throw new Error(
      `PostgreSQL's data folder could not be made:\n${run.stderr || String(run.error)}`,
    );
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    await run(url, "select 1");
    return true;
  } catch {
    return false;
  }
}

async function run(url: string, ...statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/**
 * Starts a PostgreSQL on a free loopback port and waits until it answers. Several may run at once, each
 * in its own folder. It does not wait for the disk: a killed process loses nothing, a power cut might.
 *
 * @throws Error with the end of its log if it does not come up
 */
export async function startPostgres({ directory }: PostgresOptions): Promise<Postgres> {
  const program = programFor("postgresql");
  if (program === undefined) throw new Error("PostgreSQL is not on this machine.");
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const account = accountFor(directory);
  account.own(directory);
  const password = randomBytes(16).toString("hex");
  makeCluster(program, directory, account, password);
  const port = await freePort();
  const [command, args] = account.as(program, [
    "-D",
    directory,
    ...Object.entries({
      listen_addresses: "127.0.0.1",
      port,
      unix_socket_directories: "",
      max_connections: 200,
      fsync: "off",
      synchronous_commit: "off",
      full_page_writes: "off",
    }).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ]);
  const child = startChild({
    name: "PostgreSQL",
    command,
    args,
    cwd: "/",
    logFile: `${directory}.log`,
  });
  const at = (user: string, secret: string, database: string) =>
    `postgres://${user}:${secret}@127.0.0.1:${port}/${database}`;
  const url = at("klaaf", password, "postgres");
  const stop = async () => {
    // SIGTERM would wait for every client to leave; SIGINT ends their sessions.
    process.kill(child.pid, "SIGINT");
    await Promise.race([child.ended, new Promise((resolve) => setTimeout(resolve, 8000).unref())]);
    await child.kill();
  };
  await waitUntil(child, () => answers(url));
  return {
    url,
    port,
    pid: child.pid,
    async createDatabase(name, secret = randomBytes(16).toString("hex")) {
      if (!/^[a-z_][a-z0-9_]*$/.test(name) || !PASSWORD.test(secret)) {
        throw new Error("A database's name is lower case, and its password of letters and digits.");
      }
      await run(
        url,
        `create role ${name} login password '${secret}'`,
        `create database ${name} owner ${name} encoding 'UTF8' locale 'C' template template0`,
      );
      return at(name, secret, name);
    },
    stop,
  };
}
