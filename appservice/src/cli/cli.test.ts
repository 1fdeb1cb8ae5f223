import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FakeHomeserver } from "../homeserver/index.ts";
import { createApp, listen } from "../http/server.ts";
import { Inbox } from "../inbox/index.ts";
import type { ParsedOrganisation } from "../organisation/index.ts";
import { newLocalpart, Provisioner } from "../provisioning/index.ts";
import { createLog, Metrics } from "../telemetry/index.ts";
import { defaultPolicy } from "../testing/policy.ts";
import { organisation, person, unit } from "../testing/organisations.ts";
import { apiParts } from "../testing/api-parts.ts";
import { scratchStore } from "../testing/scratch-store.ts";
import type { ScratchStore } from "../testing/scratch-store.ts";
import { runCli } from "./cli.ts";

const TOKEN = "as-token-0123456789abcdef";
const anna = person("anna", ["12:head"]);
const ben = person("ben", ["12"]);
const ok = (...people: readonly (typeof anna)[]): ParsedOrganisation => ({
  kind: "ok",
  organisation: organisation([unit("12")], people),
});

let store: ScratchStore;
let server: Server;
let url: string;
let homeserver: FakeHomeserver;
let source: ParsedOrganisation;
let written: string;
beforeAll(async () => {
  store = await scratchStore();
});
afterAll(() => store.stop());
beforeEach(async () => {
  server?.close();
  await store.wipe();
  homeserver = new FakeHomeserver();
  source = ok(anna, ben);
  const provisioner = new Provisioner({
    homeserver,
    db: store.db,
    source: { read: async () => source },
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
    now: () => new Date(),
    sleep: async () => {},
  });
  const app = createApp({
    api: {
      provisioner,
      ...apiParts(store.db, TOKEN),
    },
    appservice: { inbox: new Inbox(store.db, []), hsToken: "hs-token-0123456789", onTaken() {} },
    metrics: new Metrics(),
    log: createLog("silent", { write() {} }),
    checks: {},
  });
  server = await listen(app, "127.0.0.1", 0);
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

/** Runs a command as in a terminal; `answer` is what the person says, undefined where nobody sits there. */
async function klaaf(line: string, answer?: boolean, token = TOKEN) {
  written = "";
  const write = (text: string) => (written += `${text}\n`);
  const code = await runCli(line === "" ? [] : line.split(" "), {
    url,
    token,
    out: write,
    err: write,
    ask: answer === undefined ? undefined : async (question) => (write(question), answer),
  });
  return { code, written };
}

const hashOfPlan = async () => /Plan (\w{64})/.exec((await klaaf("plan")).written)?.[1];

describe("klaaf plan", () => {
  it("shows what would be done, counted and with its reason, and does nothing", async () => {
    const { code } = await klaaf("plan");
    expect(code).toBe(0);
    expect(written).toMatch(/^changes {2}what\s+why/);
    expect(written).toMatch(/2 {2}write account\s+person is new/);
    expect(written).toMatch(/let in\s+ben {2}space:12/);
    expect(written).toMatch(/Plan [0-9a-f]{64}/);
    expect([homeserver.accounts.size, homeserver.rooms.size]).toEqual([0, 0]);
  });

  it("is the same plan each time it is asked, and another one when the source is", async () => {
    const first = await hashOfPlan();
    expect(await hashOfPlan()).toBe(first);
    source = ok(anna, { ...ben, familyName: "Neu" });
    expect(await hashOfPlan()).not.toBe(first);
  });

  it("says when there is nothing to do", async () => {
    await klaaf("apply --yes");
    expect(await klaaf("plan")).toEqual({
      code: 0,
      written: "Nothing to do: all is as the source says.\n",
    });
  });

  it("answers scripts with JSON", async () => {
    const { code, written: text } = await klaaf("plan --json");
    expect(code).toBe(0);
    expect(JSON.parse(text)).toMatchObject({ held: 0, more: false });
  });

  it("says what is wrong with a source that cannot be used, and where", async () => {
    source = {
      kind: "invalid",
      problems: [{ path: "people[3].mail", message: "must be an e-mail address" }],
    };
    const { code } = await klaaf("plan");
    expect(code).toBe(1);
    expect(written).toContain("/people/3/mail: must be an e-mail address");
  });

  it("says in figures why removals wait, with an exit code of its own", async () => {
    const office = [anna, ...["a", "b", "c", "d"].map((id) => person(id, ["12"]))];
    source = ok(...office);
    await klaaf("apply --yes");
    source = ok(anna);
    const { code } = await klaaf("plan");
    expect(code).toBe(3);
    expect(written).toContain(
      "Waits: 4 people would lose something within a day in unit 12; 3 are allowed.",
    );
    expect(written).toMatch(/take out\s+a {2}space:12 {3}\(waits\)/);
  });
});

describe("klaaf apply", () => {
  it("asks first, and does nothing on a no", async () => {
    expect((await klaaf("apply", false)).code).toBe(0);
    expect(written).toContain("Nothing was changed.");
    expect(homeserver.rooms.size).toBe(0);
  });

  it("does what was shown on a yes, and tells what became of it", async () => {
    expect((await klaaf("apply", true)).code).toBe(0);
    expect(written).toMatch(/(\d+) of \1 changes were made\./);
    expect(homeserver.accounts.size).toBe(2);
  });

  it("does not do without a person's yes what no script asked for either", async () => {
    expect((await klaaf("apply")).code).toBe(2);
    expect(written).toContain("--yes");
    expect(homeserver.rooms.size).toBe(0);
  });

  it("does exactly the plan that was approved, and nothing if it has become another", async () => {
    const hash = (await hashOfPlan()) ?? "";
    source = ok(anna, ben, person("carla", ["12"]));
    expect((await klaaf(`apply --plan ${hash}`)).code).toBe(1);
    expect(written).toContain("Look at the plan again.");
    expect(homeserver.rooms.size).toBe(0);
    source = ok(anna, ben);
    expect((await klaaf(`apply --plan ${hash}`)).code).toBe(0);
    expect(homeserver.accounts.size).toBe(2);
  });

  it("refuses a hash that is none, and names the field", async () => {
    expect((await klaaf("apply --plan nonsense")).code).toBe(1);
    expect(written).toContain("/hash: must be a plan's hash");
  });

  it("ends with 1 when something failed, and names it", async () => {
    homeserver.failBefore = (method) => (method === "createRoom" ? new Error("poison") : undefined);
    expect((await klaaf("apply --yes")).code).toBe(1);
    expect(written).toContain("failed: create:space:12: poison");
  });
});

describe("the other commands", () => {
  it("show the latest runs", async () => {
    expect((await klaaf("runs")).written).toBe("There was no run yet.\n");
    await klaaf("apply --yes");
    expect((await klaaf("runs")).written).toMatch(
      /run\s+started\s+took\s+planned {2}done {2}failed\n\S+\s+20\d\d-/,
    );
  });

  it("lead from a person of the source to their Matrix ID", async () => {
    await klaaf("apply --yes");
    expect((await klaaf("whois ben")).written).toMatch(
      /^@u[0-9a-z]+:fake\.example {2}active\nroom\s+because\n.*space:12\s+12 as member/s,
    );
    expect(await klaaf("whois nobody")).toEqual({
      code: 1,
      written: "There is no person with this id.\n",
    });
  });

  it("show one run, what waits, the source, drift, policy and audit log", async () => {
    await klaaf("apply --yes");
    const { runs } = JSON.parse((await klaaf("runs --json")).written) as {
      runs: readonly { readonly id: string }[];
    };
    const shown = Object.entries({
      [`runs ${runs[0]?.id ?? ""}`]: /(\d+) of \1 changes were made; 0 wait\./,
      held: /^Nothing waits\.\n$/,
      sources: /^source\s+answered\s+people {2}units {2}wrong entries\n/,
      drift: /^Nobody changed anything/,
      policy: /Policy \S+\n$/,
      audit: /audit\.read/,
      "audit verify": /^The log is as it was written\. Note elsewhere: \d+ [0-9a-f]{64}\n$/,
    });
    for (const [line, words] of shown) {
      const answer = await klaaf(line);
      expect(answer.written).toMatch(words);
      expect(answer.code).toBe(0);
    }
  });

  it("take a run back", async () => {
    await klaaf("apply --yes");
    source = ok(anna);
    await klaaf("apply --yes");
    const { runs } = JSON.parse((await klaaf("runs --json")).written) as {
      runs: readonly { readonly id: string }[];
    };
    expect(await klaaf(`undo ${runs[0]?.id ?? ""}`)).toMatchObject({ code: 0 });
    await expect.poll(() => homeserver.locked.size).toBe(0);
    expect((await klaaf("undo nothing")).code).toBe(1);
  });

  it.each(["", "aply", "audit now", "undo", "held all", "plan now", "whois", "plan --colour"])(
    "%j is met with the usage",
    async (line) => {
      const { code } = await klaaf(line);
      expect(code).toBe(2);
      expect(written).toContain("Usage: npm run klaaf");
    },
  );

  it("say that the token is not accepted, and that nobody answers", async () => {
    expect(await klaaf("plan", undefined, "wrong")).toEqual({
      code: 1,
      written: "Sign-in is needed.\n",
    });
    url = "http://127.0.0.1:9";
    expect((await klaaf("plan")).written).toContain("Is it running?");
  });
});
