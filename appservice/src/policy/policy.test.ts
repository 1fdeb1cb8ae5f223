import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { ConfigError } from "../config/index.ts";
import { organisation, person, unit } from "../testing/organisations.ts";
import { defaultPolicy } from "../testing/policy.ts";
import { groupRulesOf, parsePolicy, rolesOf } from "./index.ts";
import { DEFAULT_POLICY_FILE, policyHash, readPolicy } from "./policy-file.ts";

const folder = mkdtempSync(path.join(tmpdir(), "policy-"));
afterAll(() => rmSync(folder, { recursive: true }));

const problemsOf = (content: unknown) => {
  const parsed = parsePolicy(JSON.stringify(content));
  return parsed.kind === "ok" ? [] : parsed.problems;
};
const [general] = defaultPolicy.templates;

describe("the shipped policy", () => {
  it("is what the file says", () => {
    expect(parsePolicy(readFileSync(DEFAULT_POLICY_FILE, "utf8"))).toEqual({
      kind: "ok",
      policy: defaultPolicy,
    });
  });

  it("holds back what the requirements name: max(10, 1 %) of a source, max(3, 20 %) of a unit", () => {
    expect(defaultPolicy.brake).toEqual({
      source: { atLeast: 10, share: 0.01 },
      unit: { atLeast: 3, share: 0.2 },
    });
  });

  it("explains every key of its first levels in a comment or by its neighbours", () => {
    const lines = readFileSync(DEFAULT_POLICY_FILE, "utf8").split("\n");
    const sections = lines.flatMap((line, at) => (/^[a-zA-Z]+:$/.test(line) ? [at] : []));
    expect(sections.length).toBeGreaterThan(8);
    const silent = sections.filter((at) => lines[at - 1]?.startsWith("#") !== true);
    expect(silent.map((at) => lines[at])).toEqual([]);
  });
});

describe("a policy that cannot be used is refused, naming the field", () => {
  it.each<[string, unknown, string, string]>([
    ["another version", { ...defaultPolicy, version: 2 }, "version", "expected 1"],
    ["a missing section", { ...defaultPolicy, brake: undefined }, "brake", "expected object"],
    ["an unknown section", { ...defaultPolicy, brakes: {} }, "", '"brakes"'],
    [
      "an unknown key",
      { ...defaultPolicy, leavers: { graceDays: 90, days: 1 } },
      "leavers",
      '"days"',
    ],
    [
      "no time of grace",
      { ...defaultPolicy, leavers: { graceDays: 0 } },
      "leavers.graceDays",
      ">=1",
    ],
    [
      "a share in per cent",
      {
        ...defaultPolicy,
        brake: { ...defaultPolicy.brake, unit: { atLeast: 3, share: 20 } },
      },
      "brake.unit.share",
      "0 to 1",
    ],
    [
      "power that is the organisation's own",
      { ...defaultPolicy, power: { ...defaultPolicy.power, head: 100 } },
      "power.head",
      "0 to 99",
    ],
    [
      "confidential rooms in plain text",
      { ...defaultPolicy, encryption: { ...defaultPolicy.encryption, vertraulich: false } },
      "encryption.vertraulich",
      "must be true",
    ],
    [
      "a template twice",
      { ...defaultPolicy, templates: [general, general] },
      "templates[1].id",
      "templates[0]",
    ],
    [
      "a template's id in other letters",
      { ...defaultPolicy, templates: [{ ...general, id: "a:b" }] },
      "templates[0].id",
      "small letters",
    ],
    [
      "an unknown kind of unit",
      { ...defaultPolicy, templates: [{ ...general, kinds: ["realm"] }] },
      "templates[0].kinds[0]",
      "Invalid",
    ],
    [
      "a room for nobody",
      { ...defaultPolicy, templates: [{ ...general, members: [] }] },
      "templates[0].members",
      "must not be empty",
    ],
    [
      "a placeholder that stands for nothing",
      { ...defaultPolicy, templates: [{ ...general, name: "{group}" }] },
      "templates[0].name",
      "{unit}, {short}",
    ],
    [
      "history for all the world",
      { ...defaultPolicy, templates: [{ ...general, historyVisibility: "world_readable" }] },
      "templates[0].historyVisibility",
      "Invalid",
    ],
    [
      "a protection that is none, for one group",
      { ...defaultPolicy, groups: { ...defaultPolicy.groups, each: { a: { protection: "x" } } } },
      "groups.each.a.protection",
      "Invalid",
    ],
    [
      "confidential projects",
      { ...defaultPolicy, projects: { ...defaultPolicy.projects, protection: "vertraulich" } },
      "projects.protection",
      "offen or intern",
    ],
    [
      "a partner's address instead of its server",
      {
        ...defaultPolicy,
        projects: { ...defaultPolicy.projects, partnerServers: ["https://a.example"] },
      },
      "projects.partnerServers[0]",
      "server's name",
    ],
    [
      "a Matrix ID for the break-glass account",
      { ...defaultPolicy, breakGlass: { accounts: ["@notfall:stadt.example"] } },
      "breakGlass.accounts[0]",
      "localpart",
    ],
    ["a list", [], "", "expected object"],
  ])("%s", (_, content, where, words) => {
    const found = problemsOf(content).filter((problem) => problem.path === where);
    expect(found.map(({ message }) => message).join("\n")).toContain(words);
  });

  it("with everything that is wrong at once, at start", () => {
    const file = path.join(folder, "wrong.yaml");
    writeFileSync(
      file,
      JSON.stringify({ ...defaultPolicy, version: 7, leavers: { graceDays: "long" } }),
    );
    const refusal = (() => {
      try {
        return readPolicy(file);
      } catch (error) {
        return error;
      }
    })();
    expect(refusal).toBeInstanceOf(ConfigError);
    expect(String(refusal)).toContain(file);
    expect(String(refusal)).toMatch(/\n {2}version: .*\n {2}leavers\.graceDays: /);
  });

  it("when its file is missing, or no YAML", () => {
    expect(() => readPolicy(path.join(folder, "none.yaml"))).toThrow(/none\.yaml cannot be read/);
    const file = path.join(folder, "broken.yaml");
    writeFileSync(file, 'version: "1\n');
    expect(() => readPolicy(file)).toThrow(/cannot be used:\n.*line/);
  });

  it("and never throws otherwise, whatever stands in it", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => parsePolicy(text).kind === "invalid"),
    );
  });
});

describe("the hash of a policy", () => {
  const { version, ...rest } = defaultPolicy;

  it("is the same however it is written", () => {
    expect(policyHash({ ...rest, version })).toBe(policyHash(defaultPolicy));
    expect(policyHash(defaultPolicy)).toMatch(/^[0-9a-f]{64}$/);
  });

  it("is another one for another policy", () => {
    expect(policyHash({ ...defaultPolicy, leavers: { graceDays: 91 } })).not.toBe(
      policyHash(defaultPolicy),
    );
  });
});

describe("a group's room", () => {
  it("follows the rules for groups, and its own where it has some", () => {
    expect(groupRulesOf(defaultPolicy, "ersthelfer")).toMatchObject({ protection: "intern" });
    expect(groupRulesOf(defaultPolicy, "personalrat")).toMatchObject({
      protection: "vertraulich",
      writers: defaultPolicy.groups.writers,
    });
  });

  it("is not there where the policy says so", () => {
    const groups = { ...defaultPolicy.groups, withoutRoom: ["ersthelfer"] };
    expect(groupRulesOf({ ...defaultPolicy, groups }, "ersthelfer")).toBeUndefined();
  });

  it("takes no rules from what every object has", () => {
    expect(groupRulesOf(defaultPolicy, "constructor")).toMatchObject({ writers: "everyone" });
  });
});

describe("roles", () => {
  const town = {
    ...organisation([unit("12")], [person("anna", ["12"]), person("ben", ["12"])]),
    groups: [{ id: "it-leute", name: "IT", members: ["anna", "ghost"] }],
  };
  const policy = {
    ...defaultPolicy,
    roles: {
      administrator: { groups: ["it-leute"], people: [] },
      auditor: { groups: [], people: ["anna", "ghost"] },
    },
  };

  it("come from a group, or by name", () => {
    expect(rolesOf(town, policy, "anna")).toEqual(["administrator", "auditor"]);
    expect(rolesOf(town, policy, "ben")).toEqual([]);
  });

  it("are nobody's who is not in the organisation", () => {
    expect(rolesOf(town, policy, "ghost")).toEqual([]);
  });
});
