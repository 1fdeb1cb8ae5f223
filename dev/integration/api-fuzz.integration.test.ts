import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  AccessTokens,
  anyOf,
  machineAuthenticator,
  PersonSessions,
} from "../../appservice/src/access/index.ts";
import { DatabaseAuditLog } from "../../appservice/src/audit/index.ts";
import { FakeHomeserver } from "../../appservice/src/homeserver/index.ts";
import { IdempotentRequests } from "../../appservice/src/http/idempotency.ts";
import { createApp, listen } from "../../appservice/src/http/server.ts";
import { Inbox } from "../../appservice/src/inbox/index.ts";
import { newLocalpart, Provisioner } from "../../appservice/src/provisioning/index.ts";
import { createLog, Metrics } from "../../appservice/src/telemetry/index.ts";
import { employees } from "../../appservice/src/testing/employees.ts";
import { organisation, person, unit } from "../../appservice/src/testing/organisations.ts";
import { defaultPolicy } from "../../appservice/src/testing/policy.ts";
import { scratchStore } from "../../appservice/src/testing/scratch-store.ts";
import type { ScratchStore } from "../../appservice/src/testing/scratch-store.ts";
import { paths } from "../paths.ts";
import { silentReport } from "../report.ts";
import { fuzzerOf, prepareFuzzer } from "../stack/python.ts";

const TOKEN = "as-token-0123456789abcdef";
/** The same requests at each run, so that what fails can be looked at. */
const SEED = "20260101";
/** What an answer must not be: an error of the server, or anything that the document does not say. */
const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_schema_conformance",
];
const FAST = { burst: 1_000_000, perSecond: 1_000_000 };
const city = organisation([unit("12")], [person("anna", ["12:head"]), person("ben", ["12"])]);
const directory = mkdtempSync(path.join(tmpdir(), "klaaf-fuzz-"));

let store: ScratchStore;
let server: Server;
let url: string;
let session: string;
let logged = "";
beforeAll(async () => {
  await prepareFuzzer(paths.state, silentReport);
  store = await scratchStore();
  const audit = new DatabaseAuditLog({ db: store.db, now: () => new Date() });
  const homeserver = new FakeHomeserver();
  const provisioner = new Provisioner({
    homeserver,
    db: store.db,
    source: { read: async () => ({ kind: "ok", organisation: city }) },
    sourceId: "organisation",
    audit,
    policy: defaultPolicy,
    priorityPeople: [],
    events: {
      runStarted() {},
      runEnded() {},
      sourceRefused() {},
      actionEnded() {},
      glassBroken() {},
    },
    newId: () => crypto.randomUUID(),
    newLocalpart,
    now: () => new Date(),
  });
  const { directory: people, door } = employees(store.db, { now: () => new Date() });
  await people.accept(city, new Date());
  const userId = `@anna:${homeserver.serverName}`;
  await store.db
    .insertInto("account")
    .values({ source_id: "anna", user_id: userId, applied: "{}", locked_at: null })
    .execute();
  const sessions = new PersonSessions({
    db: store.db,
    serverName: homeserver.serverName,
    openId: { userIdOf: async () => userId },
    rolesOf: () => ["administrator", "auditor"],
    now: () => new Date(),
  });
  session = (await sessions.open("annas", homeserver.serverName)).token;
  const tokens = new AccessTokens({ db: store.db, audit, now: () => new Date() });
  const app = createApp({
    api: {
      provisioner,
      door,
      sessions,
      tokens,
      authenticator: anyOf([tokens, sessions, machineAuthenticator(TOKEN)]),
      idempotency: new IdempotentRequests({ db: store.db, now: () => new Date() }),
      // Else it would be told to slow down, and see little else.
      limits: { machine: FAST, person: FAST, anonymous: FAST, failures: FAST },
      audit,
      policy: { policy: defaultPolicy, hash: "0".repeat(64) },
    },
    appservice: { inbox: new Inbox(store.db, []), hsToken: "hs-token", onTaken() {} },
    metrics: new Metrics(),
    log: createLog("error", { write: (line) => (logged += line) }),
    checks: {},
  });
  server = await listen(app, "127.0.0.1", 0);
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`;
}, 180_000);
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await store.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Lets the fuzzer ask every route what its document allows, and what it does not. */
function fuzz(
  ...more: readonly string[]
): Promise<{ readonly code: number | null; readonly words: string }> {
  const child = spawn(
    fuzzerOf(paths.state),
    [
      "run",
      `${url}/openapi.json`,
      `--checks=${CHECKS.join(",")}`,
      "--phases=examples,coverage,fuzzing",
      "--mode=all",
      `--seed=${SEED}`,
      "--no-color",
      "--suppress-health-check=all",
      "--generation-database=none",
      ...more,
    ],
    { cwd: directory, stdio: ["ignore", "pipe", "pipe"] },
  );
  return new Promise((resolve, reject) => {
    let words = "";
    child.stdout.on("data", (chunk: Buffer) => (words += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (words += chunk.toString()));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, words }));
  });
}

async function isKnown(token: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(`${url}/progress`, { headers })).ok;
}

const CALLERS = [
  ["an administrator", () => session],
  ["the machine", () => TOKEN],
  ["somebody who has not signed in", () => undefined],
] as const;
test.each(CALLERS)(
  "whatever %s asks, the API answers as its document says, and never with an error of its own",
  async (_who, tokenOf) => {
    const token = tokenOf();
    const { code, words } = await fuzz(
      ...(token === undefined
        ? ["--max-examples=1"]
        : ["--max-examples=3", `--header=Authorization: Bearer ${token}`]),
      // Either would end the session that it asks with: undoing the first run locks all it let in.
      "--exclude-operation-id=deleteSession",
      ...(token === session ? ["--exclude-operation-id=postRunsIdUndo"] : []),
    );
    // Still known: else it would have tested nothing but the door.
    expect(token === undefined || (await isKnown(token))).toBe(true);
    expect({ code, logged }, words).toEqual({ code: 0, logged: "" });
    expect(words).toMatch(/[1-9]\d+ generated/);
  },
  240_000,
);
