// One wrong entry of a file, all the way to the homeserver: it holds what depends on it, and nothing else.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FakeHomeserver } from "../homeserver/index.ts";
import { organisationFrom } from "../organisation/index.ts";
import { defaultPolicy } from "../testing/policy.ts";
import { scratchStore } from "../testing/scratch-store.ts";
import type { ScratchStore } from "../testing/scratch-store.ts";
import { newLocalpart } from "./localpart.ts";
import { Provisioner } from "./provisioner.ts";
import type { PlanView, RunResult } from "./provisioner.ts";

let store: ScratchStore;
let homeserver: FakeHomeserver;
beforeAll(async () => {
  store = await scratchStore();
}, 30_000);
afterAll(() => store.stop());
beforeEach(async () => {
  await store.wipe();
  homeserver = new FakeHomeserver();
});

const someone = (id: string, unit: string, is = "member") => ({
  id,
  givenName: id,
  familyName: "Muster",
  mail: `${id}@stadt.example`,
  memberships: [{ unit, function: is }],
});
const town = {
  version: 1,
  name: "Musterstadt",
  units: [
    { id: "12", kind: "office", name: "IT" },
    { id: "121", parent: "12", kind: "division", name: "Betrieb" },
  ],
  people: [
    someone("anna", "12", "head"),
    someone("ben", "121", "head"),
    someone("carla", "121"),
    someone("dora", "12"),
  ],
  groups: [{ id: "ersthelfer", name: "Ersthelfer", members: ["carla", "dora"] }],
};
type Town = Omit<typeof town, "people" | "units" | "groups"> & {
  readonly [list in "people" | "units" | "groups"]: readonly unknown[];
};
const withPeople = (of: (person: { readonly id: string }) => unknown): Town => ({
  ...town,
  people: town.people.flatMap((one) => of(one) ?? []),
});

const provisioner = (content: unknown): Provisioner =>
  new Provisioner({
    homeserver,
    db: store.db,
    source: { read: async () => organisationFrom(content) },
    sourceId: "organisation",
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
    newId: () => `${Math.random()}`,
    newLocalpart,
    now: () => new Date(0),
    sleep: async () => {},
  });
const provision = (content: unknown): Promise<RunResult> => provisioner(content).run();
async function planOf(content: unknown): Promise<PlanView> {
  const answer = await provisioner(content).plan();
  if (answer.kind === "invalid") throw new Error(JSON.stringify(answer.problems));
  return answer.plan;
}

/** Whether somebody has access, and in how many rooms they are. */
async function standingOf(sourceId: string): Promise<readonly [boolean, number]> {
  const userId = (await provisioner(town).mirror.userIdOf(sourceId)) ?? "";
  const rooms = [...homeserver.rooms.values()].filter(
    ({ members }) => members.get(userId) === "join",
  );
  return [!homeserver.locked.has(userId), rooms.length];
}

describe("a wrong entry", () => {
  it("of a person leaves them as they are, while a leaver beside them is locked", async () => {
    await provision(town);
    const before = await standingOf("carla");
    const wrong = withPeople((one) =>
      one.id === "dora" ? undefined : one.id === "carla" ? { ...one, mail: "none" } : one,
    );
    await provision(wrong);
    expect(await standingOf("carla")).toEqual(before);
    expect(await standingOf("dora")).toEqual([false, 0]);
  });

  it("of a unit leaves everybody in it and in the one above where they are", async () => {
    await provision(town);
    const before = await Promise.all(["anna", "ben", "carla"].map(standingOf));
    const units = town.units.map((unit) => (unit.id === "121" ? { ...unit, kind: "realm" } : unit));
    await provision({ ...town, units });
    expect(await Promise.all(["anna", "ben", "carla"].map(standingOf))).toEqual(before);
  });

  it("of a group leaves its room as it is", async () => {
    await provision(town);
    const before = await standingOf("carla");
    await provision({ ...town, groups: [{ id: "ersthelfer", name: "", members: [] }] });
    expect(await standingOf("carla")).toEqual(before);
  });

  it("does not keep others from coming", async () => {
    await provision(town);
    const wrong = withPeople((one) => (one.id === "carla" ? { ...one, familyName: "" } : one));
    await provision({ ...wrong, people: [...wrong.people, someone("emil", "12")] });
    const [hasAccess, rooms] = await standingOf("emil");
    expect([hasAccess, rooms > 0]).toEqual([true, true]);
  });

  it("is listed in the plan with its place and reason, by key", async () => {
    await provision(town);
    const wrong = withPeople((one) => (one.id === "carla" ? { ...one, mail: "none" } : one));
    const { quarantined } = await planOf(wrong);
    expect(quarantined).toEqual([
      {
        kind: "person",
        id: "carla",
        path: "people[2]",
        problems: [{ path: "people[2].mail", message: "must be an e-mail address" }],
      },
    ]);
  });
});

it("a plan tells who stands in where there is no head", async () => {
  const { notes } = await planOf(withPeople((one) => (one.id === "ben" ? undefined : one)));
  expect(notes).toEqual([{ rule: "leads-above-stand-in", owner: "121", of: ["anna"] }]);
});
