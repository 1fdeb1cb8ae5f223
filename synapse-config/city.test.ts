import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse as parseYaml } from "yaml";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { securityHeaders } from "../client/security-headers.ts";
import { renderCity } from "./city.ts";
import { IN_COMPOSE } from "./compose.ts";
import { writeCity } from "./render-city.ts";
import { parseSettings, readSettings } from "./settings.ts";

const given = {
  serverName: "stadt.example",
  publicHost: "klaaf.stadt.example",
  keepMessagesDays: "forever",
} as const;
const render = (settings: object = {}) =>
  renderCity(parseSettings({ ...given, ...settings }), IN_COMPOSE, (name) => `secret-${name}`)
    .files;
const production = (settings: object = {}) =>
  parseYaml(render(settings)["synapse/production.yaml"] ?? "") as Record<string, unknown>;

const readWrongSettings = () =>
  parseSettings({ serverName: "Stadt", publicHost: "a b", keepMessagesDays: 0, colour: "red" });

describe("a city's settings", () => {
  it("names everything that is wrong at once", () => {
    expect(readWrongSettings).toThrow(/serverName: must be a host name/);
    expect(readWrongSettings).toThrow(/publicHost/);
    expect(readWrongSettings).toThrow(/keepMessagesDays/);
    expect(readWrongSettings).toThrow(/colour/);
  });

  it.each(["stadt.example; return 200", "$host.example", 'a".example', "stadt.example\n"])(
    "takes no host name that nginx would read as more than a name (%j)",
    (publicHost) => {
      expect(() => parseSettings({ ...given, publicHost })).toThrow(/publicHost/);
    },
  );

  it("has an example that can be used", () => {
    const example = new URL("settings.example.yaml", import.meta.url).pathname;
    expect(readSettings(example)).toMatchObject({ serverName: "stadt.example", partners: [] });
  });

  it("says which file cannot be read", () => {
    expect(() => readSettings("/nowhere/settings.yaml")).toThrow(/nowhere\/settings.yaml/);
  });
});

describe("a rendered city", () => {
  it("speaks to nobody outside unless a partner is named", () => {
    expect(production()).toMatchObject({
      federation_domain_whitelist: [],
      federation_sender_instances: [],
    });
    expect(JSON.stringify(production()["listeners"])).not.toContain("federation");
    expect(render()["nginx/nginx.conf"]).not.toContain("/_matrix/federation/v1");
    expect(production({ partners: ["partner.example"] })).toMatchObject({
      federation_domain_whitelist: ["partner.example"],
      outbound_federation_restricted_to: ["federation-sender"],
    });
  });

  it("deletes messages only after the days that were set", () => {
    expect(production()["retention"]).toBeUndefined();
    expect(production({ keepMessagesDays: 365 })["retention"]).toMatchObject({
      enabled: true,
      default_policy: { max_lifetime: "365d" },
    });
  });

  it("makes no previews of links and keeps media behind a sign-in", () => {
    expect(parseYaml(render()["synapse/common.yaml"] ?? "")).toMatchObject({
      url_preview_enabled: false,
      enable_authenticated_media: true,
      enable_registration: false,
    });
  });

  it("writes a database's or Redis' password into no configuration", () => {
    const files = Object.entries(render()).filter(([name]) => !name.startsWith("secrets/"));
    for (const [name, content] of files) {
      expect(content, name).not.toMatch(
        /secret-(redis|database|synapse-database|appservice-database|signing|macaroon|form|registration-secret|replication)/,
      );
    }
  });

  it("puts the client's security headers on each of its files, over TLS", () => {
    const nginx = render()["nginx/nginx.conf"] ?? "";
    for (const [name, value] of Object.entries(securityHeaders({ https: true }))) {
      const times = nginx.split(`add_header ${name} "${value}" always;`).length - 1;
      expect(times, name).toBeGreaterThanOrEqual(2);
    }
  });

  it("names in nginx every process that takes requests, and no other", () => {
    const nginx = render({ workers: { sync: 3 } })["nginx/nginx.conf"] ?? "";
    expect(nginx).toContain("server sync-3:8008");
    expect(nginx).not.toContain("events-1");
    expect(nginx).not.toContain("background");
  });
});

describe("a city's folder", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "city-"))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (settings: object = {}) =>
    writeCity(folder, parseSettings({ ...given, ...settings }), IN_COMPOSE);
  const read = (name: string) => readFileSync(path.join(folder, name), "utf8");

  it("is readable by its owner alone, even where a file was open before", () => {
    mkdirSync(path.join(folder, "nginx"));
    writeFileSync(path.join(folder, "nginx/nginx.conf"), "", { mode: 0o644 });
    const { files } = write();
    for (const name of [
      ...Object.keys(files),
      "secrets/signing-key",
      "secrets/database-password",
    ]) {
      expect(statSync(path.join(folder, name)).mode & 0o777, name).toBe(0o600);
    }
  });

  it("keeps its secrets when it is rendered again, and never gives two cities the same", () => {
    write();
    const before = read("secrets/signing-key");
    write({ keepMessagesDays: 30 });
    expect(read("secrets/signing-key")).toBe(before);
    expect(read("secrets/act-token")).not.toBe(read("secrets/hear-token"));
  });

  it("forgets a worker that is no more", () => {
    write({ workers: { sync: 3 } });
    expect(read("synapse/worker-sync-3.yaml")).toContain("sync-3");
    write();
    expect(() => read("synapse/worker-sync-3.yaml")).toThrow(/ENOENT/);
  });
});
