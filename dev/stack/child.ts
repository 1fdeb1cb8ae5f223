import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import path from "node:path";

/** A server process that the stack started. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when the process is gone, with how it went. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Asks it to end (SIGTERM), and after `graceMs` makes it end (SIGKILL). */
  stop(graceMs?: number): Promise<void>;
  /** Ends it as a power cut would (SIGKILL). */
  kill(): Promise<void>;
}

export type ChildOptions = {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
};

/**
 * Starts a server with its output in a file. It gets a process group of its own, so that Ctrl-C in
 * the terminal reaches only the launcher, which then stops the parts in their order.
 */
export function startChild(options: ChildOptions): Child {
  mkdirSync(path.dirname(options.logFile), { recursive: true });
  const log = openSync(options.logFile, "a", 0o600);
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ["ignore", log, log],
    detached: true,
  });
  closeSync(log);
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    child.once("error", () => resolve({ code: -1, signal: null }));
  });
  return {
    name: options.name,
    pid: child.pid ?? -1,
    logFile: options.logFile,
    ended,
    async stop(graceMs = 8000) {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
      await ended;
      clearTimeout(timer);
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** The last lines of a log, for an error message that helps. */
export function lastLines(file: string, count = 15): string {
  try {
    return readFileSync(file, "utf8").trimEnd().split("\n").slice(-count).join("\n");
  } catch {
    return "(no log)";
  }
}

/**
 * Waits until `url` answers with a 2xx, or until the process that should serve it has ended.
 *
 * @throws Error when the process ended first or `timeoutMs` passed
 */
export async function waitForHttp(url: string, child: Child, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let gone = false;
  void child.ended.then(() => (gone = true));
  while (Date.now() < deadline) {
    if (gone) {
      throw new Error(
        `${child.name} ended while starting. Its last lines:\n${lastLines(child.logFile)}`,
      );
    }
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(2000) });
      await answer.body?.cancel();
      if (answer.ok) return;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(
    `${child.name} did not answer at ${url} within ${timeoutMs / 1000} s. Its last lines:\n${lastLines(child.logFile)}`,
  );
}

/**
 * Waits until `probe` says yes, or until the process that it asks has ended, which is then an error.
 *
 * @throws Error with the end of its log when the process ended first or `timeoutMs` passed
 */
export async function waitUntil(
  child: Child,
  probe: () => Promise<boolean>,
  timeoutMs = 60_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  const state = { gone: false };
  void child.ended.then(() => (state.gone = true));
  for (;;) {
    if (await probe()) return;
    if (state.gone || Date.now() > deadline) {
      await child.kill();
      throw new Error(
        `${child.name} does not answer. Its last lines:\n${lastLines(child.logFile)}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
