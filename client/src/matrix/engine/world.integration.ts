import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll } from "vitest";
import { paths } from "../../../../dev/paths.ts";
import { freePort } from "../../../../dev/stack/ports.ts";
import { prepareSynapse } from "../../../../dev/stack/python.ts";
import { startSynapse } from "../../../../dev/stack/synapse.ts";
import type { Synapse } from "../../../../dev/stack/synapse.ts";
import type { Result, RoomSummary, Rooms, Timeline } from "../door.ts";
import { signIn } from "../sign-in.ts";
import type { Session } from "../sign-in.ts";
import { z } from "../zod.ts";
import { startEngine } from "./engine.ts";
import type { EnginePorts } from "./engine.ts";
import type { Engine } from "./service.ts";

const ending: (() => void)[] = [];
let synapse: Synapse;

/** Starts one Synapse for the tests of a file; after each of them its engines and watches are ended. */
export function useServer(): void {
  const directory = mkdtempSync(path.join(tmpdir(), "engine-"));
  beforeAll(async () => {
    await prepareSynapse(paths.state, { step: () => {}, progress: () => {} });
    synapse = await startSynapse({
      directory,
      port: await freePort(),
      serverName: "stadt.example",
      appserviceUrl: "http://127.0.0.1:9",
      logFile: path.join(directory, "synapse.log"),
    });
  });
  afterEach(() => {
    for (const end of ending.splice(0)) end();
  });
  afterAll(async () => {
    await synapse.stop();
    rmSync(directory, { recursive: true });
  });
}

const ports: EnginePorts = {
  fetch: (input, init) => fetch(input, init),
  now: () => Date.now(),
  later(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Asks the server as the provisioning account, or as somebody it acts for. */
export async function ask(
  method: string,
  address: string,
  body?: unknown,
  as?: string,
): Promise<Json> {
  const url = new URL(`${synapse.url}${address}`);
  if (as !== undefined) url.searchParams.set("user_id", as);
  const answer = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${synapse.actToken}`,
      "content-type": "application/json",
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const json = z.record(z.string(), z.unknown()).parse(await answer.json());
  if (!answer.ok) throw new Error(`${method} ${address}: ${JSON.stringify(json)}`);
  return json;
}

export type Json = Readonly<Record<string, unknown>>;
export type Person = { readonly userId: string; readonly mail: string };
export const PASSWORD = "Laterne-Kutter-Eiche-11";
let people = 0;

export async function person(name: string): Promise<Person> {
  people += 1;
  const userId = `@p${people}:stadt.example`;
  const mail = `p${people}@stadt.example`;
  await ask("PUT", `/_synapse/admin/v2/users/${userId}`, {
    password: PASSWORD,
    displayname: name,
    threepids: [{ medium: "email", address: mail }],
  });
  return { userId, mail };
}

/** A room of the provisioning account with these people in it. */
export async function room(members: readonly Person[], options: Json = {}): Promise<string> {
  const made = await ask("POST", "/_matrix/client/v3/createRoom", {
    preset: "private_chat",
    power_level_content_override: { users_default: 0, events_default: 0 },
    invite: members.map(({ userId }) => userId),
    ...options,
  });
  const roomId = String(made["room_id"]);
  for (const { userId } of members) {
    await ask("POST", `/_matrix/client/v3/join/${encodeURIComponent(roomId)}`, {}, userId);
  }
  return roomId;
}

let transactions = 0;
export async function post(roomId: string, as: string, content: unknown, type = "m.room.message") {
  transactions += 1;
  const address = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/${type}/t${transactions}`;
  return String((await ask("PUT", address, content, as))["event_id"]);
}
export const say = (roomId: string, as: string, body: string) =>
  post(roomId, as, { msgtype: "m.text", body });

export function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.failure.code);
  return result.value;
}

export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("nothing yet");
  return value;
}

export async function session(who: Person): Promise<Session> {
  return must(await attempt(who.mail, PASSWORD));
}

/** Keeps what a watch told, and waits for what a test expects of it. */
export function follow<T>(watch: (listener: (value: T) => void) => () => void) {
  const values: T[] = [];
  const waiting = new Set<() => void>();
  const unwatch = watch((value) => {
    values.push(value);
    for (const wake of waiting) wake();
  });
  ending.push(unwatch);
  return {
    values,
    unwatch,
    last: () => values.at(-1),
    async until(expected: (value: T) => boolean): Promise<T> {
      for (;;) {
        const value = values.at(-1);
        if (value !== undefined && expected(value)) return value;
        await new Promise<void>((resolve) => {
          const wake = () => {
            waiting.delete(wake);
            resolve();
          };
          waiting.add(wake);
        });
      }
    },
  };
}

/** The network between an engine and the server, which can be gone for a while. */
export function cuttableLine() {
  let gone = false;
  const underWay = new Set<(reason: unknown) => void>();
  const line: typeof fetch = (input, init) => {
    if (gone) return Promise.reject(new TypeError("fetch failed"));
    return Promise.race([
      fetch(input, init),
      new Promise<never>((_, reject) => underWay.add(reject)),
    ]);
  };
  return {
    fetch: line,
    cut() {
      gone = true;
      for (const reject of underWay) reject(new TypeError("fetch failed"));
      underWay.clear();
    },
    mend() {
      gone = false;
    },
  };
}

export async function start(who: Person, network: typeof fetch = ports.fetch) {
  const engine: Engine = startEngine(await session(who), { ...ports, fetch: network });
  ending.push(engine.stop);
  const rooms = follow<Rooms>((listener) => engine.watches.rooms(listener));
  const timelineOf = (roomId: string) =>
    follow<Timeline>((listener) => engine.watches.timeline(listener, roomId));
  return { engine, rooms, timelineOf };
}

export const roomIn = (rooms: Rooms, roomId: string): RoomSummary | undefined =>
  rooms.rooms.find((one) => one.id === roomId);
export const textsOf = (timeline: Timeline) =>
  timeline.items.filter((item) => item.kind === "text").map((item) => item.text);

/** An engine that is watched by the test alone. */
export function run(given: Session): Engine {
  const engine = startEngine(given, ports);
  ending.push(engine.stop);
  return engine;
}

/** Ends a session on the server, behind the back of the engine that uses it. */
export async function endOnServer(given: Session): Promise<void> {
  await fetch(`${synapse.url}/_matrix/client/v3/logout`, {
    method: "POST",
    headers: { authorization: `Bearer ${given.accessToken}` },
  });
}

export function attempt(mail: string, password: string): Promise<Result<Session>> {
  return signIn({ homeserverUrl: synapse.url, fetch }, { mail, password, deviceName: "test" });
}
