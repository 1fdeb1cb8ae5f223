import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const PURE = path.resolve("appservice/tsconfig.pure.json");
const pureFiles = [...readFileSync(PURE, "utf8").matchAll(/"(src\/[\w/-]+\.ts)"/g)].map(
  ([, file]) => file ?? "",
);
// Inside the repository, so that imports find the packages.
const folder = mkdtempSync(path.resolve("appservice/.canary-"));
afterAll(() => rmSync(folder, { recursive: true }));

const tsc = (...words: readonly string[]): string =>
  spawnSync(path.resolve("node_modules/.bin/tsc"), words, { encoding: "utf8" }).stdout;

function writeCanary(code: string): void {
  writeFileSync(path.join(folder, "canary.ts"), `${code}\n`);
  const config = { extends: PURE, files: ["canary.ts"], include: [] };
  writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify(config));
}

/** What the compiler says of a file under the rules of the pure cores. */
function compile(code: string): string {
  writeCanary(code);
  return tsc("-p", folder, "--noEmit");
}

/**
 * What is drawn in and must not be: other files of ours, and Node's types, which a library can bring
 * along so that the compiler no longer objects to anything.
 */
function outsidersOf(project: string): readonly string[] {
  const own = new Set(pureFiles.map((file) => path.resolve("appservice", file)));
  return tsc("-p", project, "--listFilesOnly")
    .split("\n")
    .filter(
      (file) =>
        file.includes("/node_modules/@types/node/") ||
        (file.startsWith(path.resolve("appservice/src")) && !own.has(file)),
    );
}

describe("a pure core", () => {
  it.each([
    `import { readFileSync } from "node:fs"; export { readFileSync };`,
    `import { randomBytes } from "node:crypto"; export { randomBytes };`,
    `export const x = process.env;`,
    `export const x = fetch("https://example.org");`,
    `export const x = document.title;`,
    `export const x = setTimeout(() => {}, 1);`,
    `export const x = crypto.randomUUID();`,
    `export { newLocalpart } from "../src/provisioning/localpart.ts";`,
  ])("cannot reach outside: %s", (code) => {
    expect(compile(code)).toContain("error TS");
  });

  it("may count, compare and call other pure cores", () => {
    const code = `import { plan } from "../src/provisioning/plan.ts";
      export const x = [plan].map((one) => one.length);`;
    expect(compile(code)).toBe("");
  });

  it("draws in nothing but pure cores", () => {
    expect(pureFiles).toContain("src/provisioning/plan.ts");
    expect(outsidersOf(PURE)).toEqual([]);
  });

  it("would be found out if it drew in an adapter, or Node's types with it", () => {
    writeCanary(`export { SynapseHomeserver } from "../src/homeserver/index.ts";`);
    const outsiders = outsidersOf(folder).join("\n");
    expect(outsiders).toContain("homeserver/synapse.ts");
    expect(outsiders).toContain("@types/node");
  });

  // The compiler knows clock and chance as part of the language: these are found by their words.
  it.each(pureFiles)("%s asks neither clock nor chance", (file) => {
    const code = readFileSync(path.join("appservice", file), "utf8");
    expect(code).not.toMatch(/Date\.now|new Date\(\)|Math\.random|performance\.now/);
  });
});
