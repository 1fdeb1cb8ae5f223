import { MANAGED_TYPE, parseManaged } from "@klaaf/protocol";
import * as fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FakeHomeserver, HomeserverError } from "../homeserver/index.ts";
import type { NewRoom } from "../homeserver/index.ts";
import type { Organisation, ParsedOrganisation } from "../organisation/index.ts";
import { anyOrganisation, organisation, person, unit } from "../testing/organisations.ts";
import { scratchStore } from "../testing/scratch-store.ts";
import type { ScratchStore } from "../testing/scratch-store.ts";
import { desiredState } from "./desired.ts";
import { keyOfMarker } from "./keys.ts";
import { newLocalpart } from "./localpart.ts";
import { Mirror } from "./mirror.ts";
import { defaultPolicy } from "../testing/policy.ts";
import { Provisioner } from "./provisioner.ts";
import type { RunResult } from "./provisioner.ts";

let store: ScratchStore;
let homeserver: FakeHomeserver;
beforeAll(async () => {
  store = await scratchStore();
});
afterAll(() => store.stop());
beforeEach(async () => {
  await store.wipe();
  homeserver = new FakeHomeserver();
});

const city = organisation(
  [
    unit("stadt", { kind: "city" }),
    unit("12", { parent: "stadt" }),
    unit("37", { parent: "stadt" }),
  ],
  [
    person("ob", ["stadt:head"]),
    person("anna", ["12:head"]),
    person("ben", ["12"]),
    person("carla", ["37"]),
  ],
);

const away = () =>
  new HomeserverError({ status: 0, code: "UNREACHABLE", message: "It is away.", retry: "later" });

/** A process that starts, with what a crash left in store and homeserver. */
function provisioner(
  answer: Organisation | ParsedOrganisation,
  priorityPeople: readonly string[] = [],
  localpart: () => string = newLocalpart,
): Provisioner {
  const read: ParsedOrganisation = "kind" in answer ? answer : { kind: "ok", organisation: answer };
  let runs = 0;
  return new Provisioner({
    homeserver,
    db: store.db,
    source: { read: async () => read },
    sourceId: "organisation",
    audit: { append: async () => {} },
    policy: defaultPolicy,
    priorityPeople,
    events: {
      runStarted() {},
      runEnded() {},
      sourceRefused() {},
      actionEnded() {},
      glassBroken() {},
    },
    newId: () => `${Math.random()}-${(runs += 1)}`,
    newLocalpart: localpart,
    now: () => new Date(0),
    sleep: async () => {},
  });
}
const provision = (now: Organisation): Promise<RunResult> => provisioner(now).run();

const bareRoom = (name: string): NewRoom => ({
  isSpace: false,
  name,
  topic: "",
  powerLevels: {},
  state: [],
});

/** The Matrix IDs of an organisation that is new, with the same chance each time. */
async function idsOf(now: Organisation): Promise<readonly string[]> {
  await store.wipe();
  homeserver = new FakeHomeserver();
  let nth = 0;
  await provisioner(now, [], () => `u${(nth += 1)}`).run();
  return [...homeserver.accounts.keys()];
}

/** Whether the homeserver has what the organisation says: rooms by marker, members, accounts. */
async function stands(now: Organisation): Promise<boolean> {
  const mirror = new Mirror(store.db, homeserver.provisioningUser);
  const userIds = new Map<string, string>();
  for (const { id } of now.people) userIds.set(id, (await mirror.userIdOf(id)) ?? "");
  const desired = desiredState(now, defaultPolicy, {
    userIdOf: (id) => userIds.get(id) ?? "",
    serverName: homeserver.serverName,
    today: "2026-11-24",
  });
  const marked = new Map<string, string[]>();
  for (const [roomId, { state }] of homeserver.rooms) {
    const marker = state.get(`${MANAGED_TYPE}|`)?.content;
    const parsed = parseManaged(marker);
    if (parsed.kind !== "ok") continue;
    const key = keyOfMarker(parsed.value);
    marked.set(key, [...(marked.get(key) ?? []), roomId]);
  }
  const accounts = desired.accounts.every(
    ({ userId, displayName, mail }) =>
      homeserver.accounts.get(userId)?.displayName === displayName &&
      homeserver.accounts.get(userId)?.mail === mail,
  );
  return (
    accounts &&
    desired.rooms.every(({ entry, key, members, name }) => {
      const [roomId = "", ...more] = marked.get(key) ?? [];
      const room = homeserver.rooms.get(roomId);
      return (
        more.length === 0 &&
        room?.state.get("m.room.name|")?.content["name"] === name &&
        (entry === "invitation" || members.every((userId) => room.members.get(userId) === "join"))
      );
    })
  );
}

describe("provisioning a city", () => {
  it("makes what the organisation says", async () => {
    expect(await provision(city)).toMatchObject({ failures: [], held: [], problems: [] });
    expect(await stands(city)).toBe(true);
  });

  it("changes nothing the second time, by this process or the next", async () => {
    const first = provisioner(city);
    await first.run();
    const { events } = homeserver;
    expect(await first.run()).toMatchObject({ planned: 0, done: 0 });
    expect(await provision(city)).toMatchObject({ planned: 0, done: 0 });
    expect(homeserver.events).toBe(events);
  });

  it("never touches a room without our marker, or with one by another hand", async () => {
    const plain = await homeserver.createRoom(bareRoom("12 IT"));
    const forged = await homeserver.createRoom(bareRoom("Falle"));
    homeserver.rooms.get(forged)?.state.set(`${MANAGED_TYPE}|`, {
      type: MANAGED_TYPE,
      stateKey: "",
      sender: "@mallory:fake.example",
      content: { version: 1, kind: "room", unit: "12", template: "general" },
    });
    const before = [plain, forged].map((id) => structuredClone(homeserver.rooms.get(id)));
    await provision(city);
    expect([plain, forged].map((id) => homeserver.rooms.get(id))).toEqual(before);
    expect(await provisioner(city).mirror.roomIdOf("room:12:general")).not.toBe(forged);
  });

  it("changes nothing at all for a source that cannot be read", async () => {
    await provision(city);
    const { events } = homeserver;
    const problems = [{ path: "people[3].mail", message: "must be an e-mail address" }];
    const refused = provisioner({ kind: "invalid", problems });
    expect(await refused.run()).toMatchObject({ planned: 0, problems });
    expect(refused.progress).toMatchObject({ phase: "failed" });
    expect(homeserver.events).toBe(events);
  });

  it("runs one after the other, however often it is asked at once", async () => {
    const one = provisioner(city);
    const results = await Promise.all([one.run(), one.run(), one.run()]);
    expect(results.map(({ planned }) => planned > 0)).toEqual([true, false, false]);
    expect(await stands(city)).toBe(true);
  });

  it("says when everything stands that somebody waits for, before the rest does", async () => {
    const crowd = Array.from({ length: 30 }, (_, nth) => person(`x${nth}`, ["37"]));
    const waiting = provisioner({ ...city, people: [...crowd, ...city.people] }, ["anna"]);
    let readyAt = -1;
    homeserver.failBefore = () => {
      if (readyAt < 0 && waiting.progress.priorityReady) readyAt = waiting.progress.done;
      return undefined;
    };
    const { planned } = await waiting.run();
    expect(readyAt).toBeGreaterThan(0);
    expect(readyAt).toBeLessThan(planned);
    expect(waiting.progress).toMatchObject({ phase: "idle", priorityReady: true });
  });
});

describe("Matrix IDs", () => {
  it("say nothing of the person: who they are changes nothing in them", async () => {
    const people = city.people.map((one) => ({
      ...one,
      familyName: "Zander",
      mail: `z-${one.mail}`,
    }));
    expect(await idsOf({ ...city, people })).toEqual(await idsOf(city));
  });

  it("are random: letters and digits after a first letter, never twice", () => {
    const localparts = Array.from({ length: 2000 }, newLocalpart);
    expect(new Set(localparts).size).toBe(2000);
    for (const localpart of localparts) expect(localpart).toMatch(/^u[0-9a-z]{8,16}$/);
  });

  it("contain neither name nor address nor key", async () => {
    // Long ones: two or three letters may come by chance.
    const people = ["wilhelmine", "friedrich"].map((id) => person(id, ["12"]));
    await provision(organisation([unit("12")], people));
    for (const { id, givenName, familyName, mail } of people)
      for (const userId of homeserver.accounts.keys())
        for (const word of [id, givenName, familyName, mail.split("@", 1)[0] ?? ""])
          expect(userId.toLowerCase().split(":", 1)[0]).not.toContain(word.toLowerCase());
  });

  it("are kept when a person marries, and chosen before the account is made", async () => {
    homeserver.failBefore = (method) => (method === "putAccount" ? new Error("down") : undefined);
    await provision(city);
    const chosen = await provisioner(city).mirror.userIdOf("anna");
    homeserver.failBefore = undefined;
    const [, anna, ...rest] = city.people;
    await provision({
      ...city,
      people: [{ ...(anna ?? person("anna", [])), familyName: "Neu" }, ...rest],
    });
    expect(chosen).toMatch(/^@u/);
    expect(await provisioner(city).mirror.userIdOf("anna")).toBe(chosen);
  });
});

const without = (gone: string): Organisation => ({
  ...city,
  people: city.people.filter(({ id }) => id !== gone),
});

describe("people who leave", () => {
  it("are locked and taken out of their rooms, and get all of it back when they return", async () => {
    await provision(city);
    const ben = (await provisioner(city).mirror.userIdOf("ben")) ?? "";
    const roomsOfBen = () =>
      [...homeserver.rooms.values()].filter(({ members }) => members.get(ben) === "join").length;
    const before = roomsOfBen();
    expect(before).toBeGreaterThan(0);
    expect(await provision(without("ben"))).toMatchObject({ failures: [], held: [] });
    expect([homeserver.locked.has(ben), roomsOfBen()]).toEqual([true, 0]);
    expect(await provision(without("ben"))).toMatchObject({ planned: 0 });
    expect(await provision(city)).toMatchObject({ failures: [], held: [] });
    expect([homeserver.locked.has(ben), roomsOfBen()]).toEqual([false, before]);
    expect(await provisioner(city).mirror.userIdOf("ben")).toBe(ben);
    expect(await provision(city)).toMatchObject({ planned: 0 });
  });

  it("are locked before anything else is done", async () => {
    await provision(city);
    const calls: string[] = [];
    homeserver.failBefore = (method) => {
      calls.push(method);
      return undefined;
    };
    await provision({
      ...without("ben"),
      people: [...without("ben").people, person("neu", ["12"])],
    });
    expect(calls[0]).toBe("lockAccount");
  });

  it("are counted over runs: portions do not get past the brake", async () => {
    const crowd = Array.from({ length: 30 }, (_, nth) => person(`x${nth}`, ["37"]));
    const full = { ...city, people: [...city.people, ...crowd] };
    await provision(full);
    const left = (from: number) => ({ ...city, people: [...city.people, ...crowd.slice(from)] });
    expect((await provision(left(6))).held).toEqual([]);
    const { held } = await provision(left(12));
    expect(homeserver.locked.size).toBe(6);
    expect(held[0]?.cause).toEqual({ scope: "source", removals: 12, allowed: 10 });
  });

  it("stay when the source has nobody any more", async () => {
    await provision(city);
    const { events } = homeserver;
    const { held } = await provision({ ...city, people: [] });
    expect(held.length).toBeGreaterThan(0);
    expect([homeserver.locked.size, homeserver.events]).toEqual([0, events]);
  });
});

describe("when something fails", () => {
  it("one poison person holds only their own entries", async () => {
    let victim: string | undefined;
    homeserver.failBefore = (method, subject) => {
      if (method !== "putAccount") return undefined;
      victim ??= subject;
      return subject === victim ? new Error("poison") : undefined;
    };
    const { failures, done, planned } = await provision(city);
    expect(failures.length).toBe(planned - done);
    expect(failures.length).toBeGreaterThan(1);
    for (const { action } of failures.slice(1)) expect(action).toContain(victim ?? "nobody");
    homeserver.failBefore = undefined;
    expect(await provision(city)).toMatchObject({ failures: [] });
    expect(await stands(city)).toBe(true);
  });

  it("what a homeserver that was away left undone is done by the same run", async () => {
    let calls = 0;
    homeserver.failAfter = () => {
      calls += 1;
      return calls > 5 && calls < 12 ? away() : undefined;
    };
    const one = provisioner(city);
    expect(await one.run()).toMatchObject({ failures: [] });
    expect(await stands(city)).toBe(true);
    expect(one.progress).toMatchObject({ phase: "idle", priorityReady: true });
    expect(one.progress.done).toBe(one.progress.total);
    expect(await provision(city)).toMatchObject({ planned: 0 });
  });

  it("a homeserver that stays away ends the run with what is missing, in words", async () => {
    homeserver.failBefore = (method) => (method === "createRoom" ? away() : undefined);
    const one = provisioner(city);
    const { planned, done, failures } = await one.run();
    expect(failures.length).toBeGreaterThan(0);
    expect(planned).toBe(done + failures.length);
    expect(one.progress).toMatchObject({ phase: "idle", priorityReady: true });
    expect(one.progress.problem).toMatch(/steps failed.*away/);
  });

  it("a room whose answer was lost is found by its marker, not made again", async () => {
    homeserver.failAfter = (method) => (method === "createRoom" ? new Error("lost") : undefined);
    await provision(city);
    homeserver.failAfter = undefined;
    expect(homeserver.rooms.size).toBeGreaterThan(0);
    expect(await provision(city)).toMatchObject({ failures: [] });
    expect(await stands(city)).toBe(true);
    expect(await provision(city)).toMatchObject({ planned: 0 });
  });

  it("a lost note makes no event when it is caught up", async () => {
    await provision(city);
    const { events } = homeserver;
    await store.wipe();
    await store.db
      .insertInto("account")
      .values(
        [...homeserver.accounts].map(([userId, { mail }]) => ({
          source_id: mail.split("@", 1)[0] ?? "",
          user_id: userId,
          applied: null,
        })),
      )
      .execute();
    expect(await provision(city)).toMatchObject({ failures: [] });
    expect(homeserver.events).toBe(events);
    expect(await provision(city)).toMatchObject({ planned: 0 });
  });

  it("whatever fails, wherever, as often as it likes: it ends where it should, without doubles", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyOrganisation,
        anyOrganisation,
        fc.infiniteStream(fc.constantFrom("ok", "ok", "ok", "before", "after")),
        async (before, now, chances) => {
          await store.wipe();
          homeserver = new FakeHomeserver();
          const lost = (kind: string) => () =>
            fate === kind
              ? new HomeserverError({ status: 0, code: "X", message: kind, retry: "later" })
              : undefined;
          let fate = "ok";
          homeserver.failBefore = () => {
            fate = chances.next().value ?? "ok";
            return lost("before")();
          };
          homeserver.failAfter = lost("after");
          for (const town of [before, now]) await provision(town);
          homeserver.failBefore = undefined;
          homeserver.failAfter = undefined;
          const healed = await provision(now);
          const { events } = homeserver;
          const again = await provision(now);
          return (
            healed.failures.length === 0 &&
            again.planned === 0 &&
            homeserver.events === events &&
            (await stands(now))
          );
        },
      ),
      { numRuns: 12, interruptAfterTimeLimit: 8000 },
    );
  }, 20_000);
});
