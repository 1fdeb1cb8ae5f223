import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

/** A clone without packages, and an npm that does what the test wants. */
let clone: string;

beforeEach(() => {
  clone = mkdtempSync(path.join(tmpdir(), "bootstrap-"));
  mkdirSync(path.join(clone, "dev"));
  mkdirSync(path.join(clone, "bin"));
  cpSync("dev/bootstrap.mjs", path.join(clone, "dev/bootstrap.mjs"));
  cpSync("dev/node-runtime", path.join(clone, "dev/node-runtime"), { recursive: true });
  writeFileSync(path.join(clone, "package.json"), "{}");
  writeFileSync(path.join(clone, "package-lock.json"), "{}");
  writeFileSync(
    path.join(clone, "hello.ts"),
    `const who: string = "hello"; process.stdout.write(who); process.exitCode = 7;`,
  );
});
afterEach(() => rmSync(clone, { recursive: true, force: true }));

function fakeNpm(script: string): void {
  const file = path.join(clone, "bin/npm");
  writeFileSync(file, `#!/bin/sh\necho "$@" >> "${clone}/npm-calls"\n${script}\n`);
  chmodSync(file, 0o755);
}

function bootstrap() {
  return spawnSync(process.execPath, ["dev/bootstrap.mjs", "hello.ts"], {
    cwd: clone,
    encoding: "utf8",
    env: { PATH: `${clone}/bin:/usr/bin:/bin`, KLAAF_STATE: path.join(clone, "state") },
  });
}

const npmCalls = () => readFileSync(path.join(clone, "npm-calls"), "utf8").trim().split("\n");

describe("the first step of every command", () => {
  it("installs the packages once, without install scripts, and hands on the script's exit code", () => {
    fakeNpm("mkdir -p node_modules");
    expect(bootstrap()).toMatchObject({ stdout: "hello", status: 7 });
    expect(bootstrap()).toMatchObject({ stdout: "hello", status: 7 });
    expect(npmCalls()).toHaveLength(1);
    expect(npmCalls()[0]).toContain("ci --ignore-scripts");
  });

  it("installs again when the lock file has changed", () => {
    fakeNpm("mkdir -p node_modules");
    bootstrap();
    writeFileSync(path.join(clone, "package-lock.json"), `{"changed":true}`);
    bootstrap();
    expect(npmCalls()).toHaveLength(2);
  });

  it.each([
    ["npm error code ENOTFOUND registry", "The npm registry cannot be reached"],
    ["npm error code ENOSPC", "The disk is full"],
    ["npm error code EACCES", "cannot be written to"],
    ["npm error something else", "npm could not install the packages"],
  ])("says in one sentence what to do after: %s", (output, sentence) => {
    fakeNpm(`echo "${output}" >&2; exit 1`);
    const run = bootstrap();
    expect(run.status).toBe(1);
    expect(run.stderr).toContain(sentence);
    expect(run.stderr).not.toMatch(/\n\s+at /);
  });

  it("does not take a broken installation for a finished one", () => {
    fakeNpm("mkdir -p node_modules; exit 1");
    bootstrap();
    fakeNpm("mkdir -p node_modules");
    expect(bootstrap().status).toBe(7);
    expect(npmCalls()).toHaveLength(2);
  });
});
