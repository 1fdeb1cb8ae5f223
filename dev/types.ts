// Type-checks every part with the settings of its own folder.
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";

const projects = [
  "tsconfig.json",
  ...globSync("{protocol,appservice,client,e2e}/tsconfig*.json").toSorted(),
];
let failed = false;
for (const project of projects) {
  const run = spawnSync("tsc", ["-p", project, "--noEmit"], { stdio: "inherit" });
  if (run.status !== 0) {
    failed = true;
    process.stderr.write(`types: ${project} has errors\n`);
  }
}
process.exitCode = failed ? 1 : 0;
