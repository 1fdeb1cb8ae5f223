import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { PlainError } from "../report.ts";

type RunRecord = { readonly launcher: number; readonly children: readonly number[] };

/**
 * Keeps two starts from running on one state folder, and ends what a killed launcher left behind
 * (a server that lives on would hold its port and its database).
 */
export class RunGuard {
  readonly #file: string;
  readonly #state: string;

  constructor(state: string) {
    this.#state = state;
    this.#file = path.join(state, "run.json");
  }

  /**
   * Takes the state folder for this process.
   *
   * @throws PlainError if another start is running on it
   */
  async take(): Promise<void> {
    const before = this.#read();
    if (before !== undefined) {
      if (before.launcher !== process.pid && isOurs(before.launcher, "dev/")) {
        throw new PlainError(
          `Klaaf is running already (process ${before.launcher}). Stop it with Ctrl-C in its terminal, or with: kill ${before.launcher}`,
        );
      }
      await Promise.all(before.children.map((pid) => endSurvivor(pid, this.#state)));
    }
    this.record([]);
  }

  /** Notes the servers that run now. */
  record(children: readonly number[]): void {
    writeFileSync(this.#file, JSON.stringify({ launcher: process.pid, children }), { mode: 0o600 });
  }

  release(): void {
    rmSync(this.#file, { force: true });
  }

  #read(): RunRecord | undefined {
    try {
      return JSON.parse(readFileSync(this.#file, "utf8")) as RunRecord;
    } catch {
      return undefined;
    }
  }
}

/** Whether `pid` lives and its command line carries `trace` (a process id may have been given anew). */
function isOurs(pid: number, trace: string): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(trace);
  } catch {
    return process.platform !== "linux";
  }
}

async function endSurvivor(pid: number, trace: string): Promise<void> {
  for (const [signal, tries] of [
    ["SIGTERM", 100],
    ["SIGKILL", 50],
  ] as const) {
    if (!isOurs(pid, trace)) return;
    process.kill(pid, signal);
    for (let attempt = 0; attempt < tries && isOurs(pid, trace); attempt += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
