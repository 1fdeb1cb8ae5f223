// What stands between a plan and its run: the first look, two people, undo, grace, kills.
import * as fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DatabaseAuditLog } from "../audit/index.ts";
import { FakeHomeserver } from "../homeserver/index.ts";
import type { Organisation, OrganisationSource } from "../organisation/index.ts";
import { organisation, person, unit } from "../testing/organisations.ts";
import { defaultPolicy } from "../testing/policy.ts";
import { scratchStore } from "../testing/scratch-store.ts";
import type { ScratchStore } from "../testing/scratch-store.ts";
import { newLocalpart } from "./localpart.ts";
import { NotUndoable, PlanChanged, Provisioner } from "./provisioner.ts";
import type { PlanView } from "./provisioner.ts";

const DAY_MS = 86_400_000;

let store: ScratchStore;
let homeserver: FakeHomeserver;
let answer: Awaited<ReturnType<OrganisationSource["read"]>>;
let clock: number;
let glass: string[];
beforeAll(async () => {
  store = await scratchStore();
});
afterAll(() => store.stop());
beforeEach(async () => {
  await store.wipe();
  homeserver = new FakeHomeserver();
  clock = Date.UTC(2026, 10, 24);
  glass = [];
});

const now = () => new Date((clock += 1000));

let ids = 0;
/** A process that starts, with what an earlier one left in store and homeserver. */
function provisioner(policy = defaultPolicy): Provisioner {
  return new Provisioner({
    homeserver,
    db: store.db,
    sourceId: "organisation",
    source: { read: async () => answer },
    audit: new DatabaseAuditLog({ db: store.db, now }),
    policy,
    priorityPeople: [],
    events: {
      runStarted() {},
      runEnded() {},
      sourceRefused() {},
      actionEnded() {},
      glassBroken: ({ person: by }) => glass.push(by),
    },
    newId: () => `run-${(ids += 1)}`,
    newLocalpart,
    now,
    sleep: async () => {},
  });
}

const says = (town: Organisation): void => {
  answer = { kind: "ok", organisation: town };
};
async function viewOf(one: Provisioner): Promise<PlanView> {
  const made = await one.plan();
  if (made.kind === "invalid") throw new Error("The source cannot be used.");
  return made.plan;
}

const UNITS = [unit("12"), unit("37"), unit("40"), unit("50")];
const crowd = Array.from({ length: 60 }, (_, nth) =>
  person(`p${nth}`, [UNITS[nth % 4]?.id ?? "12"]),
);
const town = organisation(UNITS, crowd);
const without = (count: number) => organisation(UNITS, crowd.slice(count));
const schedule = { trigger: "schedule" } as const;

async function held(): Promise<{ readonly one: Provisioner; readonly hash: string }> {
  says(town);
  await provisioner().run();
  says(without(20));
  const one = provisioner();
  expect(await one.run(schedule)).toMatchObject({ state: "done", done: 0 });
  const { hash, held: waits } = await viewOf(one);
  expect(waits).toBeGreaterThan(20);
  return { one, hash };
}

/** Everything that people would miss: who is locked, who is where, what rooms are called. */
const standing = () => ({
  locked: [...homeserver.locked].toSorted(),
  rooms: [...homeserver.rooms.values()].map(({ members, state }) => ({
    name: state.get("m.room.name|")?.content,
    power: state.get("m.room.power_levels|")?.content,
    people: [...members]
      .filter(([, is]) => is === "join")
      .map(([id]) => id)
      .toSorted(),
  })),
  accounts: [...homeserver.accounts],
});

const later = (days: number) => {
  clock += days * DAY_MS;
};

/** What stands on the homeserver, whatever its ids. */
const shape = () =>
  JSON.stringify(
    [...homeserver.rooms.values()]
      .map(({ members, state }) => [
        state.get("m.room.name|")?.content,
        [...members]
          .filter(([, is]) => is === "join")
          .map(([id]) => homeserver.accounts.get(id)?.mail ?? "us")
          .toSorted(),
      ])
      .toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)),
  );

describe("a source that is new", () => {
  it("changes nothing before somebody had its first plan carried out", async () => {
    says(town);
    const one = provisioner();
    expect(await one.run(schedule)).toMatchObject({ state: "refused", planned: 0 });
    expect(homeserver.events).toBe(0);
    const { firstRun, hash } = await viewOf(one);
    expect(firstRun).toBe(true);
    expect(await one.run({ planHash: hash })).toMatchObject({ state: "done" });
    expect((await viewOf(one)).firstRun).toBe(false);
    expect(await one.run(schedule)).toMatchObject({ state: "done", planned: 0 });
  });
});

describe("an answer that cannot be trusted changes nothing:", () => {
  const accidents: Readonly<Record<string, () => void>> = {
    "one of another town": () => says({ ...town, name: "Anderswo" }),
    "one of another base": () =>
      says({ ...town, people: crowd.map((one) => ({ ...one, id: `other-${one.id}` })) }),
    "a malformed one": () => {
      answer = { kind: "invalid", problems: [{ path: "people", message: "is no list" }] };
    },
  };
  it.each(Object.entries(accidents))("%s", async (_, happens) => {
    says(town);
    await provisioner().run();
    const { events } = homeserver;
    happens();
    expect(await provisioner().run()).toMatchObject({ state: "refused", planned: 0 });
    expect([homeserver.events, homeserver.locked.size]).toEqual([events, 0]);
  });

  it("one that does not come in time", async () => {
    says(town);
    const one = new Provisioner({
      homeserver,
      db: store.db,
      sourceId: "organisation",
      source: { read: () => new Promise(() => {}) },
      sourceTimeoutMs: 20,
      audit: { append: async () => {} },
      policy: defaultPolicy,
      priorityPeople: [],
      events: {
        runStarted() {},
        runEnded() {},
        sourceRefused() {},
        actionEnded() {},
        glassBroken() {},
      },
      newId: () => "late",
      newLocalpart,
      now: () => new Date(clock),
    });
    const { problems, state } = await one.run();
    expect(state).toBe("refused");
    expect(problems[0]?.message).toContain("did not answer");
  });
});

describe("what the brake holds", () => {
  const approve = { kind: "approve", reason: "Neuordnung zum 1.1." } as const;

  it("goes when two people have approved exactly it, and not before", async () => {
    const { hash, one } = await held();
    await one.approve(hash, { ...approve, person: "p40" });
    await one.approve(hash, { ...approve, person: "p40" });
    expect((await one.planByHash(hash))?.released).toBe(false);
    expect(await one.run({ planHash: hash })).toMatchObject({ done: 0 });
    await one.approve(hash, { ...approve, person: "p41" });
    expect((await one.planByHash(hash))?.released).toBe(true);
    expect(await one.run({ planHash: hash, trigger: "approval" })).toMatchObject({
      state: "done",
      held: [],
    });
    expect(homeserver.locked.size).toBe(20);
  });

  it("stays if one who approved has lost their access, or a day went by", async () => {
    const { hash, one } = await held();
    await one.approve(hash, { ...approve, person: "p40" });
    await one.approve(hash, { ...approve, person: "p41" });
    await store.db
      .updateTable("account")
      .set({ locked_at: new Date() })
      .where("source_id", "=", "p41")
      .execute();
    expect((await one.planByHash(hash))?.released).toBe(false);
    await one.approve(hash, { ...approve, person: "p42" });
    expect((await one.planByHash(hash))?.released).toBe(true);
    clock += DAY_MS;
    expect((await one.planByHash(hash))?.released).toBe(false);
  });

  it("stays if the source says something else by now: the approval was for another plan", async () => {
    const { hash, one } = await held();
    await one.approve(hash, { ...approve, person: "p40" });
    await one.approve(hash, { ...approve, person: "p41" });
    says(without(30));
    await expect(one.run({ planHash: hash })).rejects.toThrow(PlanChanged);
    expect(homeserver.locked.size).toBe(0);
  });

  it("goes at one person's word who breaks the glass, and everybody hears it", async () => {
    const { hash, one } = await held();
    await one.approve(hash, { kind: "break-glass", person: "p40", reason: "Lagezentrum" });
    expect(glass).toEqual(["p40"]);
    await one.run({ planHash: hash });
    expect(homeserver.locked.size).toBe(20);
    const entries = await store.db
      .selectFrom("audit_entry")
      .select(["action", "actor_id"])
      .execute();
    expect(entries).toContainEqual({ action: "plan.glass-broken", actor_id: "p40" });
  });

  it("is in the audit log with its approvals, each change once, and the chain holds", async () => {
    const { hash, one } = await held();
    await one.approve(hash, { ...approve, person: "p40" });
    await one.approve(hash, { ...approve, person: "p41" });
    await one.run({ planHash: hash, trigger: "approval" });
    const count = async (action: string) =>
      (
        await store.db
          .selectFrom("audit_entry")
          .where("action", "=", action)
          .select("subject")
          .execute()
      ).length;
    expect(await count("plan.approved")).toBe(2);
    expect(await count("account.locked")).toBe(20);
    const log = new DatabaseAuditLog({ db: store.db, now: () => new Date(clock) });
    expect(await log.verify({ kind: "system", id: "test" })).toMatchObject({ kind: "intact" });
  });
});

describe("a run that is undone", () => {
  const actor = { kind: "person", id: "p40" } as const;

  it("gives back access, places, names and power; the same answer is not applied again by itself", async () => {
    says(town);
    await provisioner().run();
    const before = standing();
    says(
      organisation(
        [unit("12", { name: "Digitales" }), ...UNITS.slice(1)],
        crowd.slice(3).map((one, nth) => (nth === 5 ? { ...one, familyName: "Neu" } : one)),
      ),
    );
    const one = provisioner();
    const run = await one.run();
    expect(run.done).toBeGreaterThan(3);
    expect(standing()).not.toEqual(before);
    expect(await (await one.undo(run.id, actor)).ended).toMatchObject({
      state: "done",
      failures: [],
    });
    expect(standing()).toEqual(before);
    expect(await one.run(schedule)).toMatchObject({ state: "refused" });
    expect(standing()).toEqual(before);
    expect(await one.run({ planHash: (await viewOf(one)).hash })).toMatchObject({ state: "done" });
    expect(homeserver.locked.size).toBe(3);
  });

  it("is the latest that changed something, and only once", async () => {
    says(town);
    const one = provisioner();
    const first = await one.run();
    says(without(1));
    const second = await one.run();
    await expect(one.undo(first.id, actor)).rejects.toThrow(NotUndoable);
    await (
      await one.undo(second.id, actor)
    ).ended;
    await expect(one.undo(second.id, actor)).rejects.toThrow(/already/);
    await expect(one.undo("none", actor)).rejects.toThrow(/no such run/);
  });

  it("empties no city: what the first run gave is braked like any removal", async () => {
    says(town);
    const one = provisioner();
    const first = await one.run();
    const { held } = await (await one.undo(first.id, actor)).ended;
    expect(held.length).toBeGreaterThan(60);
    expect(homeserver.locked.size).toBe(0);
  });
});

describe("a locked account", () => {
  it("is erased when the time of grace is over, not before; its Matrix ID never comes back", async () => {
    says(town);
    await provisioner().run();
    const one = provisioner();
    const userId = await one.mirror.userIdOf("p0");
    says(without(1));
    await one.run();
    later(defaultPolicy.leavers.graceDays - 1);
    expect(await one.run(schedule)).toMatchObject({ planned: 0 });
    later(2);
    expect(await one.run(schedule)).toMatchObject({ done: 1 });
    expect(homeserver.accounts.has(userId ?? "")).toBe(false);
    says(town);
    await one.run();
    expect(await one.mirror.userIdOf("p0")).not.toBe(userId);
    expect(await one.run(schedule)).toMatchObject({ planned: 0 });
  });

  it("is not erased in bulk without two people", async () => {
    says(town);
    const one = provisioner();
    await one.run();
    for (const gone of [10, 20]) {
      says(without(gone));
      later(1);
      later(1);
      await one.run();
    }
    later(defaultPolicy.leavers.graceDays + 1);
    const { held } = await one.run();
    expect(held).toHaveLength(20);
    expect(held[0]?.cause.scope).toBe("erasure");
  });
});

describe("a policy that is changed", () => {
  it("holds a change of power in many rooms until two people approve", async () => {
    const offices = Array.from({ length: 12 }, (_, nth) => unit(`a${nth}`));
    const heads = offices.map(({ id }) => person(`h-${id}`, [`${id}:head`]));
    says(organisation(offices, heads));
    await provisioner().run();
    const { held } = await provisioner({
      ...defaultPolicy,
      power: { ...defaultPolicy.power, head: 60 },
    }).run();
    expect(held.map(({ cause }) => cause.what)).toContain("power");
  });
});

describe("whatever the moment of death", () => {
  const small = organisation(
    [unit("12"), unit("121", { parent: "12", kind: "division" })],
    [person("a", ["12:head"]), person("b", ["12"]), person("c", ["121:head", "12"])],
  );

  it("a hundred kills at any point converge to the same state, with nothing made twice", async () => {
    says(small);
    await provisioner().run();
    const whole = shape();
    await store.wipe();
    homeserver = new FakeHomeserver();
    const random = fc.sample(fc.nat(40), { numRuns: 100, seed: 4711 });
    let runs = 0;
    for (const point of random) {
      if (runs % 10 === 0) {
        await store.wipe();
        homeserver = new FakeHomeserver();
      }
      runs += 1;
      let calls = 0;
      // From that call on the process is dead: it neither does nor notes anything any more.
      homeserver.failBefore = () => (calls > point ? new Error("killed") : undefined);
      homeserver.failAfter = () => ((calls += 1) > point ? new Error("killed") : undefined);
      await provisioner().run();
      if (runs % 10 !== 0) continue;
      homeserver.failBefore = undefined;
      homeserver.failAfter = undefined;
      expect(await provisioner().run()).toMatchObject({ failures: [] });
      expect(shape()).toBe(whole);
      expect(await provisioner().run()).toMatchObject({ planned: 0 });
    }
  }, 60_000);
});
