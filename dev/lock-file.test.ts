import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { refusedLicence } from "./licences.ts";

type Locked = {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly license?: string;
  readonly optional?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};
type Manifest = {
  readonly license?: string | { readonly type: string };
  readonly licenses?: readonly { readonly type: string }[];
  readonly workspaces?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly overrides?: Readonly<Record<string, string>>;
};

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"));
const readManifest = (file: string) => readJson(file) as Manifest;
const packagesOf = (file: string): readonly (readonly [string, Locked])[] =>
  Object.entries((readJson(file) as { packages: Record<string, Locked> }).packages);

const LOCKS = ["package-lock.json", "dev/node-runtime/package-lock.json"] as const;

/** What keeps `npm ci` from working, or from giving the same packages everywhere. */
function defectsOf(packages: readonly (readonly [string, Locked])[]): readonly string[] {
  const places = new Set(packages.map(([place]) => place));
  /** As Node.js looks for a package: beside, then further up. */
  const isFound = (from: string, name: string): boolean => {
    for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
      if (places.has(at === "" ? `node_modules/${name}` : `${at}/node_modules/${name}`))
        return true;
      if (at === "") return false;
      if (!at.includes("/node_modules/")) return places.has(`node_modules/${name}`);
    }
  };
  return packages.flatMap(([place, locked]) => {
    const missing = Object.keys({ ...locked.dependencies, ...locked.optionalDependencies })
      .filter((name) => !isFound(place, name))
      .map((name) => `${place} needs ${name}, which is not locked`);
    const isOurs = locked.link === true || !place.includes("node_modules/");
    return [
      ...missing,
      ...(locked.link !== true && locked.resolved !== undefined
        ? [`${place} names a host: ${locked.resolved}`]
        : []),
      ...(!isOurs && locked.integrity === undefined ? [`${place} has no checksum`] : []),
    ];
  });
}

describe.each(LOCKS)("%s", (file) => {
  it("holds every package that another needs, with a checksum and without a host", () => {
    expect(defectsOf(packagesOf(file))).toEqual([]);
  });
});

describe("the check of a lock file", () => {
  const good: Locked = { version: "1.0.0", integrity: "sha512-x" };

  it.each<[string, readonly (readonly [string, Locked])[], string]>([
    [
      "a host",
      [["node_modules/a", { ...good, resolved: "https://r.example/a.tgz" }]],
      "names a host",
    ],
    ["a missing checksum", [["node_modules/a", { version: "1.0.0" }]], "has no checksum"],
    [
      "a missing optional package",
      [["node_modules/a", { ...good, optionalDependencies: { "a-linux": "1" } }]],
      "needs a-linux",
    ],
    ["a missing package", [["node_modules/a", { ...good, dependencies: { b: "1" } }]], "needs b"],
  ])("finds %s", (_, packages, words) => {
    expect(defectsOf(packages).join("\n")).toContain(words);
  });

  it("finds a package further up, and one inside", () => {
    const packages = [
      ["node_modules/b", good],
      ["node_modules/a", { ...good, dependencies: { b: "1", c: "1" } }],
      ["node_modules/a/node_modules/c", { ...good, dependencies: { b: "1" } }],
    ] as const;
    expect(defectsOf(packages)).toEqual([]);
  });
});

describe("our own manifests", () => {
  const root = readManifest("package.json");
  const manifests = ["package.json", "dev/node-runtime/package.json"].concat(
    (root.workspaces ?? []).map((folder) => path.join(folder, "package.json")),
  );

  it.each(manifests)("%s pins each dependency to one version", (file) => {
    const { dependencies, devDependencies, overrides } = readManifest(file);
    const loose = Object.entries({ ...dependencies, ...devDependencies, ...overrides }).filter(
      ([, version]) => !/^(npm:(@[\w.-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
    );
    expect(loose).toEqual([]);
  });
});

/**
 * Packages whose manifest names no licence that a machine reads, with what their text says. By version:
 * another one is read again.
 */
const READ_BY_HAND: Readonly<Record<string, string>> = {
  // README.md, "License"; all three come with matrix-appservice-bridge's store, which we do not use.
  "binary-search-tree@0.2.5": "MIT",
  // LICENSE
  "nedb@1.8.0": "MIT",
  // LICENSE
  "underscore@1.4.4": "MIT",
};
const nameOf = (place: string, { version }: Locked): string =>
  `${place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length)}@${version}`;

/** What the package itself says; what the lock says where it is for another platform. */
function licenceOf(place: string, locked: Locked): string | undefined {
  const read = READ_BY_HAND[nameOf(place, locked)];
  if (read !== undefined) return read;
  const file = path.join(place, "package.json");
  if (!existsSync(file)) return locked.license;
  const { license, licenses } = readManifest(file);
  if (typeof license === "string") return license;
  return license?.type ?? licenses?.map(({ type }) => type).join(" OR ");
}

describe("licences", () => {
  const runtime = packagesOf("package-lock.json").filter(
    ([place, { dev, link }]) => place.includes("node_modules/") && dev !== true && link !== true,
  );

  it("of all that runs at a town hall are permissive or weakly copyleft", () => {
    expect(runtime.length).toBeGreaterThan(50);
    const refused = runtime.flatMap(([place, locked]) => {
      const licence = licenceOf(place, locked);
      const why = refusedLicence(licence);
      return why === undefined ? [] : [`${place}: ${why}`];
    });
    expect(refused).toEqual([]);
  });

  it("read by hand are of packages that are still there", () => {
    const here = new Set(runtime.map(([place, locked]) => nameOf(place, locked)));
    expect(Object.keys(READ_BY_HAND).filter((name) => !here.has(name))).toEqual([]);
  });

  it.each([
    "GPL-2.0-only",
    "GPL-3.0-or-later",
    "AGPL-3.0",
    "AGPL-3.0-or-later",
    "SSPL-1.0",
    "BUSL-1.1",
    "CC-BY-NC-4.0",
    "UNLICENSED",
    "SEE LICENSE IN LICENSE.md",
    "MIT AND GPL-3.0-only",
    "(AGPL-3.0-only OR GPL-3.0-only)",
    "MIT AND (GPL-2.0-only OR AGPL-3.0-only)",
    "",
    "MIT OR",
    undefined,
  ])("%s is refused", (licence) => {
    expect(refusedLicence(licence)).toBeTypeOf("string");
  });

  it.each([
    "MIT",
    "Apache-2.0",
    "MPL-2.0",
    "LGPL-3.0-or-later",
    "EUPL-1.2",
    "(MIT OR GPL-3.0-only)",
    "AGPL-3.0-only OR Apache-2.0",
    "(MIT AND Zlib)",
    "MIT AND (BSD-3-Clause OR GPL-2.0-only)",
    "Apache-2.0 WITH LLVM-exception",
  ])("%s is fine", (licence) => {
    expect(refusedLicence(licence)).toBeUndefined();
  });
});
