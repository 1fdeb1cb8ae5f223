// `npm run doctor`: looks at the parts one by one and says in words what is well and what to do.
// Exit code 0 when nothing is wrong, 1 otherwise.
import { execFileSync } from "node:child_process";
import { existsSync, statfsSync, statSync } from "node:fs";
import path from "node:path";
import { readEndpoints } from "./endpoints.ts";
import { paths } from "./paths.ts";
import { runMain } from "./run-main.ts";
import { sentenceOf } from "./doctor/sentence.ts";
import type { Finding } from "./doctor/sentence.ts";
import { checkRunning } from "./doctor/running.ts";

const MIB = 1024 * 1024;
const WANTED_DISK_MIB = 1500;

function checkNode(): Finding {
  return { part: "Node.js", state: "well", words: process.versions.node };
}

function checkPython(): Finding {
  try {
    const version = execFileSync("python3", ["--version"], { encoding: "utf8" }).trim();
    return { part: "Python", state: "well", words: version.replace("Python ", "") };
  } catch {
    return {
      part: "Python",
      state: "wrong",
      words:
        "python3 is not found: please install Python 3.10 or newer (Debian packages python3 and python3-venv)",
    };
  }
}

function checkDisk(): Finding {
  const { bavail, bsize } = statfsSync(paths.state);
  const free = Math.floor((bavail * bsize) / MIB);
  return free >= WANTED_DISK_MIB
    ? { part: "Disk", state: "well", words: `${free} MiB are free` }
    : {
        part: "Disk",
        state: "wrong",
        words: `only ${free} MiB are free: please make room for at least ${WANTED_DISK_MIB} MiB`,
      };
}

function checkClient(): Finding {
  return existsSync(path.join(paths.builtClient, "index.html"))
    ? { part: "Client", state: "well", words: "is built" }
    : { part: "Client", state: "idle", words: "is not built yet; npm start does it" };
}

function checkState(): Finding {
  if (!existsSync(paths.city)) {
    return {
      part: "City",
      state: "idle",
      words: "there is none on this machine yet; npm start makes it",
    };
  }
  const mode = statSync(paths.state).mode & 0o777;
  return (mode & 0o077) === 0
    ? { part: "City", state: "well", words: "its state is readable by you alone" }
    : {
        part: "City",
        state: "wrong",
        words: `others can read its secrets (mode ${mode.toString(8)}): chmod 700 ${path.relative(process.cwd(), paths.state)}`,
      };
}

await runMain(async () => {
  const findings: Finding[] = [
    checkNode(),
    checkPython(),
    checkDisk(),
    checkClient(),
    checkState(),
  ];
  findings.push(...(await checkRunning(readEndpoints(paths.city))));
  for (const finding of findings) process.stdout.write(`${sentenceOf(finding)}\n`);
  const wrong = findings.filter(({ state }) => state === "wrong").length;
  process.stdout.write(
    wrong === 0
      ? "\nNothing is wrong.\n"
      : `\n${wrong === 1 ? "One thing needs" : `${wrong} things need`} your attention.\n`,
  );
  process.exitCode = wrong === 0 ? 0 : 1;
});
