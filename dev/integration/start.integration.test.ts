import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { paths } from "../paths.ts";
import { silentReport } from "../report.ts";
import { freePort } from "../stack/ports.ts";
import { prepareSynapse } from "../stack/python.ts";

/** A command of ours in a terminal, with what it has printed so far. */
class Terminal {
  readonly process: ChildProcess;
  readonly ended: Promise<number | null>;
  text = "";
  #waiting: (() => void)[] = [];

  constructor(script: string, args: readonly string[], state: string) {
    this.process = spawn(process.execPath, [`dev/${script}.ts`, ...args], {
      cwd: paths.root,
      env: { ...process.env, KLAAF_STATE: state },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.text += chunk.toString();
        for (const look of this.#waiting) look();
      });
    }
    this.ended = new Promise((resolve) => {
      this.process.once("close", (code) => {
        resolve(code);
        for (const look of this.#waiting) look();
      });
    });
  }

  /** Waits until `pattern` was printed; fails when the command ends before. */
  async shows(pattern: RegExp): Promise<RegExpExecArray> {
    let over = false;
    void this.ended.then(() => (over = true));
    return new Promise((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(this.text);
        if (match !== null) resolve(match);
        else if (over) reject(new Error(`It ended without ${String(pattern)}:\n${this.text}`));
      };
      this.#waiting.push(look);
      void this.ended.then(look);
      look();
    });
  }
}

const RunRecord = z.object({ launcher: z.int(), children: z.array(z.int()) });

let state: string;
let port: number;
const terminals: Terminal[] = [];

function run(script: string, ...args: readonly string[]): Terminal {
  const terminal = new Terminal(script, args, state);
  terminals.push(terminal);
  return terminal;
}

const servers = (): readonly number[] =>
  RunRecord.parse(JSON.parse(readFileSync(path.join(state, "run.json"), "utf8"))).children;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A process whose parent is gone may linger as a zombie until somebody asks for its end.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

beforeEach(async () => {
  await prepareSynapse(paths.state, silentReport);
  state = mkdtempSync(path.join(tmpdir(), "klaaf-start-"));
  // The environment is this machine's; everything else of this state is the test's own.
  symlinkSync(path.join(paths.state, "python"), path.join(state, "python"));
  port = await freePort();
});
afterEach(async () => {
  for (const terminal of terminals.splice(0)) {
    terminal.process.kill("SIGINT");
    await terminal.ended;
  }
  rmSync(state, { recursive: true, force: true });
});

describe("npm start", () => {
  test("prints the address and five sign-ins that work; Ctrl-C ends every part; the next start keeps the city", async () => {
    const first = run("start", "--port", String(port));
    const [, url = ""] = await first.shows(/Klaaf runs at\s+(http:\S+)/);
    await first.shows(/Stop with Ctrl-C/);
    const rows = [...first.text.matchAll(/(\S+@\S+\.example)\s+(\S+)/g)];
    expect(rows).toHaveLength(5);
    for (const [, mail, password] of rows) {
      const answer = await fetch(`${url}/_matrix/client/v3/login`, {
        method: "POST",
        body: JSON.stringify({
          type: "m.login.password",
          identifier: { type: "m.id.thirdparty", medium: "email", address: mail },
          password,
        }),
      });
      expect(answer.status, mail).toBe(200);
    }
    expect((await fetch(url)).headers.get("content-security-policy")).toContain("default-src");
    expect(statSync(path.join(state, "city", "sign-ins.json")).mode & 0o077).toBe(0);

    const pids = servers();
    expect(pids).toHaveLength(2);
    const asked = Date.now();
    first.process.kill("SIGINT");
    expect(await first.ended).toBe(0);
    expect(Date.now() - asked).toBeLessThan(10_000);
    expect(pids.filter(isAlive)).toEqual([]);

    const second = run("start", "--port", String(port));
    await second.shows(/is kept/);
    await second.shows(/Stop with Ctrl-C/);
    const again = [...second.text.matchAll(/(\S+@\S+\.example)\s+(\S+)/g)];
    expect(again.map(([, ...signIn]) => signIn)).toEqual(rows.map(([, ...signIn]) => signIn));
  });

  test("what a killed launcher left behind is ended by the next start, and nothing is lost", async () => {
    const first = run("start", "--port", String(port));
    await first.shows(/Stop with Ctrl-C/);
    const pids = servers();
    first.process.kill("SIGKILL");
    await first.ended;
    const second = run("start", "--port", String(port));
    await second.shows(/Stop with Ctrl-C/);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  test("a part that ends by itself ends the start with a sentence and an exit code", async () => {
    const start = run("start", "--port", String(port));
    await start.shows(/Stop with Ctrl-C/);
    const [synapse = 0] = servers();
    process.kill(synapse, "SIGKILL");
    expect(await start.ended).toBe(1);
    expect(start.text).toMatch(/Synapse ended by itself.*Nothing is lost/s);
  });
});

describe("what stands in the way is said in one sentence", () => {
  test("a port that is taken", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => {
      other.listen(port, "127.0.0.1", resolve);
    });
    const start = run("start", "--port", String(port));
    expect(await start.ended).toBe(1);
    other.close();
    expect(start.text.trim()).toBe(
      `Port ${port} is taken by another program. Stop that program, or choose another port: npm start -- --port ${port + 20}`,
    );
  });

  test("a word that the command does not know", async () => {
    const start = run("start", "--prot", "1");
    expect(await start.ended).toBe(1);
    expect(start.text).toContain("Known are --port N, --people N and --watch.");
    expect(start.text).not.toContain("    at ");
  });
});

describe("npm run reset and npm run doctor", () => {
  test("tell that there is no city yet", async () => {
    const reset = run("reset");
    expect(await reset.ended).toBe(0);
    expect(reset.text).toContain("There is no city on this machine yet.");
    const doctor = run("doctor");
    expect(await doctor.ended).toBe(0);
    expect(doctor.text).toContain("City: there is none on this machine yet");
  });

  test("reset forgets the city, but not while it runs; doctor finds the running parts well", async () => {
    const start = run("start", "--port", String(port));
    await start.shows(/Stop with Ctrl-C/);
    const doctor = run("doctor");
    expect(await doctor.ended, doctor.text).toBe(0);
    expect(doctor.text).toContain("Nothing is wrong.");
    const early = run("reset");
    expect(await early.ended).toBe(1);
    expect(early.text).toContain("Klaaf is running already");
    start.process.kill("SIGINT");
    await start.ended;
    const reset = run("reset");
    expect(await reset.ended).toBe(0);
    expect(reset.text).toContain("The city is gone");
  });
});
