import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { paths } from "../paths.ts";
import { PlainError } from "../report.ts";
import type { Report } from "../report.ts";
import { alone } from "./lock.ts";

const OLDEST = [3, 10] as const;

/** Where the environment's Python lies, below a state folder. */
export function pythonOf(state: string): string {
  return path.join(state, "python", "bin", "python");
}

/** The Python whose Synapse has a city's drivers, below a state folder. */
export function cityPythonOf(state: string): string {
  return path.join(state, "python-city", "bin", "python");
}

/** The program that tests an API by its document, below a state folder. */
export function fuzzerOf(state: string): string {
  return path.join(state, "python-fuzz", "bin", "schemathesis");
}

/** How packages are installed: exactly those that the list has hashes for, without building any. */
const INSTALL = [
  "-m",
  "pip",
  "install",
  "--require-hashes",
  "--only-binary=:all:",
  "--no-input",
  "--disable-pip-version-check",
  "--quiet",
] as const;

/** The driver is built against the machine's libpq, with the setuptools of the first list. */
const BUILD_DRIVER = ["--no-binary=psycopg2", "--no-build-isolation"] as const;

const listOf = (name: string): string => path.join(paths.root, "synapse-config", name);

/**
 * Makes the Python environment with the pinned Synapse, unless it is there already.
 *
 * @param state the state folder
 * @throws PlainError with what is missing and what to do
 */
export async function prepareSynapse(state: string, report: Report): Promise<void> {
  await prepare(
    path.join(state, "python"),
    report,
    "Preparing Synapse's Python environment (about a minute)",
    [{ list: listOf("requirements.txt"), more: [] }],
  );
}

/**
 * Makes the Python environment with a city's Synapse, by the steps of deploy/synapse.Dockerfile. Needs
 * a compiler and libpq's headers (`programFor("libpq")`).
 *
 * @throws PlainError with what is missing and what to do
 */
export async function prepareCitySynapse(state: string, report: Report): Promise<void> {
  await prepare(
    path.join(state, "python-city"),
    report,
    "Preparing a city's Synapse (a minute or two)",
    [
      { list: listOf("requirements.txt"), more: [] },
      { list: listOf("requirements-production.txt"), more: BUILD_DRIVER },
    ],
  );
}

/**
 * Makes the Python environment with the API's fuzzer, of its own: it shares no package with Synapse.
 *
 * @throws PlainError with what is missing and what to do
 */
export async function prepareFuzzer(state: string, report: Report): Promise<void> {
  await prepare(path.join(state, "python-fuzz"), report, "Preparing the API's fuzzer", [
    { list: path.join(paths.root, "dev", "fuzz", "requirements.txt"), more: [] },
  ]);
}

type Step = { readonly list: string; readonly more: readonly string[] };

async function prepare(
  environment: string,
  report: Report,
  words: string,
  steps: readonly Step[],
): Promise<void> {
  const hash = createHash("sha256");
  for (const { list } of steps) hash.update(readFileSync(list));
  const wanted = hash.digest("hex");
  const stamp = path.join(environment, ".klaaf-installed");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;

  mkdirSync(path.dirname(environment), { recursive: true, mode: 0o700 });
  // Test files run beside each other; the second finds what the first has made.
  await alone(`${environment}.lock`, async () => {
    if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
    await install(environment, report, words, steps);
    writeFileSync(stamp, wanted);
    report.step("It is installed");
  });
}

async function install(
  environment: string,
  report: Report,
  words: string,
  steps: readonly Step[],
): Promise<void> {
  const python = findPython();
  report.step(words);
  rmSync(environment, { recursive: true, force: true });
  await must(python, ["-m", "venv", environment]);
  for (const { list, more } of steps) {
    await must(path.join(environment, "bin", "python"), [...INSTALL, ...more, "-r", list]);
  }
}

function findPython(): string {
  const found = ["python3", "python3.13", "python3.12", "python3.11", "python3.10"].find((name) => {
    const run = spawnSync(
      name,
      ["-c", `import sys; sys.exit(0 if sys.version_info >= (${OLDEST.join(", ")}) else 1)`],
      { stdio: "ignore" },
    );
    return run.status === 0;
  });
  if (found === undefined) {
    throw new PlainError(
      `Klaaf needs Python ${OLDEST.join(".")} or newer for Synapse, and there is none. Please install it (Debian: apt install python3 python3-venv) and run the command again.`,
    );
  }
  const modules = spawnSync(found, ["-c", "import venv, ensurepip"], { stdio: "ignore" });
  if (modules.status !== 0) {
    throw new PlainError(
      "Python lacks its venv module. Please install it (Debian and Ubuntu: apt install python3-venv) and run the command again.",
    );
  }
  return found;
}

async function must(command: string, args: readonly string[]): Promise<void> {
  const { code, output } = await new Promise<{ code: number | null; output: string }>((resolve) => {
    let text = "";
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.once("error", (error) => resolve({ code: -1, output: error.message }));
    child.once("close", (status) => resolve({ code: status, output: text }));
  });
  if (code !== 0) throw new PlainError(explain(output));
}

function explain(output: string): string {
  if (/No space left on device/.test(output)) {
    return "The disk is full: Synapse's environment needs about 300 MB. Please free some space and run the command again.";
  }
  if (/ensurepip|venv.*not.*available/i.test(output)) {
    return "Python lacks its venv module. Please install it (Debian and Ubuntu: apt install python3-venv) and run the command again.";
  }
  if (
    /Temporary failure in name resolution|NewConnectionError|Connection refused|ConnectTimeout|ReadTimeout|ProxyError/.test(
      output,
    )
  ) {
    return "The Python package index cannot be reached. Please check the network (or pip's proxy settings) and run the command again.";
  }
  return `Synapse could not be installed:\n${output.trim().split("\n").slice(-12).join("\n")}`;
}
