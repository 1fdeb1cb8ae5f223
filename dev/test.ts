// `npm test`: everything, against real parts. Stages in order: static, unit, integration, journeys.
//   npm test                    the representative cut
//   npm run test:full           every width, theme and language; long soaks
//   npm run test:unit -- word   one stage; the rest is handed to its runner
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";

type Tally = { passed: number; failed: number; skipped: number };
type Stage = "static" | "unit" | "integration" | "journeys";
const STAGES: readonly Stage[] = ["static", "unit", "integration", "journeys"];

const words = process.argv.slice(2);
const full = words.includes("--full");
const chosen = STAGES.filter((stage) => words[0] === stage);
const stages = chosen.length > 0 ? chosen : STAGES;
const rest = words.filter((word) => word !== "--full" && word !== chosen[0]);

const results = path.resolve("test-results");
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
const notExercised = path.join(results, "not-exercised.txt");
const env = {
  ...process.env,
  KLAAF_NOT_EXERCISED: notExercised,
  ...(full ? { KLAAF_FULL: "1" } : {}),
};

function run(command: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: "inherit", env });
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
}

function readJson(file: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  } catch {
    return {};
  }
}

const count = (value: unknown): number => (typeof value === "number" ? value : 0);

/** A stage that could not even report counts as one failure, never as nothing. */
function tallyOf(ok: boolean, tally: Tally): Tally {
  if (!ok && tally.failed === 0) return { ...tally, failed: 1 };
  return ok && tally.passed === 0 ? { ...tally, failed: tally.failed + 1 } : tally;
}

async function runStatic(): Promise<Tally> {
  const checks: readonly (readonly [string, string, readonly string[]])[] = [
    ["format", "prettier", ["--check", "--log-level=warn", "."]],
    ["lint", "oxlint", ["--type-aware", "--deny-warnings"]],
    ["types", process.execPath, ["dev/types.ts"]],
  ];
  const tally = { passed: 0, failed: 0, skipped: 0 };
  for (const [name, command, args] of checks) {
    const ok = await run(command, args);
    process.stdout.write(`${ok ? "✓" : "✗"} ${name}\n`);
    if (ok) tally.passed += 1;
    else tally.failed += 1;
  }
  return tally;
}

async function runVitest(project: "unit" | "integration"): Promise<Tally> {
  const file = path.join(results, `${project}.json`);
  const ok = await run("vitest", [
    "run",
    `--project=${project}`,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${file}`,
    ...rest,
  ]);
  const json = readJson(file);
  return tallyOf(ok, {
    passed: count(json["numPassedTests"]),
    failed: count(json["numFailedTests"]),
    skipped: count(json["numPendingTests"]) + count(json["numTodoTests"]),
  });
}

async function runJourneys(): Promise<Tally> {
  const ok = await run("playwright", ["test", "--config=e2e/playwright.config.ts", ...rest]);
  const stats = readJson(path.join(results, "journeys.json"))["stats"] as
    Record<string, unknown> | undefined;
  return tallyOf(ok, {
    passed: count(stats?.["expected"]),
    // A journey that passes only at the second try is a bug to fix, not a pass.
    failed: count(stats?.["unexpected"]) + count(stats?.["flaky"]),
    skipped: count(stats?.["skipped"]),
  });
}

const total: Tally = { passed: 0, failed: 0, skipped: 0 };
for (const stage of stages) {
  const started = Date.now();
  process.stdout.write(`\n── ${stage} ──\n`);
  const tally =
    stage === "static"
      ? await runStatic()
      : stage === "journeys"
        ? await runJourneys()
        : await runVitest(stage);
  total.passed += tally.passed;
  total.failed += tally.failed;
  total.skipped += tally.skipped;
  process.stdout.write(
    `── ${stage}: ${tally.passed} passed, ${tally.failed} failed in ${Math.round((Date.now() - started) / 1000)} s ──\n`,
  );
}

try {
  const missing = [...new Set(readFileSync(notExercised, "utf8").trim().split("\n"))];
  process.stdout.write(`\nNot exercised on this machine, for want of: ${missing.join("; ")}\n`);
} catch {
  // Everything was exercised.
}
process.stdout.write(
  `\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}\n`,
);
process.exitCode = total.failed > 0 ? 1 : 0;
