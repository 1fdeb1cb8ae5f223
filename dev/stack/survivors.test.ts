import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RunGuard } from "./survivors.ts";

let state: string;
beforeEach(() => (state = mkdtempSync(path.join(tmpdir(), "survivors-"))));
afterEach(() => rmSync(state, { recursive: true, force: true }));

/** A process with `trace` in its command line, that lives until it is ended. */
function sleeper(trace: string) {
  return spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)", trace], { stdio: "ignore" });
}

describe("what a killed launcher left behind", () => {
  it("is ended by the next start", async () => {
    const server = sleeper(state);
    const gone = once(server, "exit");
    writeFileSync(
      path.join(state, "run.json"),
      JSON.stringify({ launcher: 999_999_999, children: [server.pid] }),
    );
    await new RunGuard(state).take();
    await gone;
    expect(server.signalCode).toBe("SIGTERM");
  });

  it("is left alone if its process id belongs to another program by now", async () => {
    const stranger = sleeper("another program");
    writeFileSync(
      path.join(state, "run.json"),
      JSON.stringify({ launcher: 999_999_999, children: [stranger.pid] }),
    );
    await new RunGuard(state).take();
    expect(stranger.exitCode).toBeNull();
    stranger.kill();
    await once(stranger, "exit");
  });

  it("does not stop a start that is still running: the second one says so", async () => {
    const launcher = sleeper("dev/start.ts");
    writeFileSync(
      path.join(state, "run.json"),
      JSON.stringify({ launcher: launcher.pid, children: [] }),
    );
    await expect(new RunGuard(state).take()).rejects.toThrow(/running already/);
    launcher.kill();
    await once(launcher, "exit");
  });

  it("is nothing after a clean stop, nor after a broken record", async () => {
    const guard = new RunGuard(state);
    await guard.take();
    guard.release();
    writeFileSync(path.join(state, "run.json"), "{");
    await expect(guard.take()).resolves.toBeUndefined();
  });
});
