import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

/** A machine of a test's own: only what lies in its `bin` is on the path. */
let machine: string;
beforeEach(() => {
  machine = mkdtempSync(path.join(tmpdir(), "klaaf-python-"));
  mkdirSync(path.join(machine, "bin"));
  mkdirSync(path.join(machine, "state"));
});
afterEach(() => rmSync(machine, { recursive: true, force: true }));

function fakePython(script: string): void {
  const file = path.join(machine, "bin", "python3");
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

function prepare() {
  const script = `
    import { runMain } from "./dev/run-main.ts";
    import { prepareSynapse } from "./dev/stack/python.ts";
    import { silentReport } from "./dev/report.ts";
    await runMain(() => prepareSynapse(${JSON.stringify(path.join(machine, "state"))}, silentReport));
  `;
  const run = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
    env: { PATH: path.join(machine, "bin") },
  });
  return { code: run.status, words: run.stderr.trim() };
}

/** Answers the two questions of the search as a good Python would, and fails at the third call. */
const failingWith = (words: string) =>
  `case "$*" in *version_info*|*ensurepip*) exit 0;; *) echo "${words}" >&2; exit 1;; esac`;

describe("what a machine lacks is said in one sentence, with what to do", () => {
  test("no Python at all", () => {
    expect(prepare()).toEqual({
      code: 1,
      words:
        "Klaaf needs Python 3.10 or newer for Synapse, and there is none. Please install it (Debian: apt install python3 python3-venv) and run the command again.",
    });
  });

  test("a Python that is too old", () => {
    fakePython(`case "$*" in *version_info*) exit 1;; esac`);
    expect(prepare().words).toContain("Klaaf needs Python 3.10 or newer");
  });

  test("a Python without its venv module, as Debian has it", () => {
    fakePython(`case "$*" in *ensurepip*) exit 1;; esac`);
    expect(prepare()).toEqual({
      code: 1,
      words:
        "Python lacks its venv module. Please install it (Debian and Ubuntu: apt install python3-venv) and run the command again.",
    });
  });

  test("no room on the disk", () => {
    fakePython(failingWith("OSError: [Errno 28] No space left on device"));
    expect(prepare().words).toMatch(/^The disk is full: .* Please free some space/);
  });

  test("no way to the package index", () => {
    fakePython(
      failingWith("NewConnectionError: Failed to establish a new connection: Connection refused"),
    );
    expect(prepare().words).toMatch(/^The Python package index cannot be reached\./);
  });

  test("anything else comes with the end of pip's own words", () => {
    fakePython(failingWith("ERROR: no matching distribution"));
    const { code, words } = prepare();
    expect(code).toBe(1);
    expect(words).toContain("ERROR: no matching distribution");
    expect(words).not.toContain("at must");
  });
});
