import { readFileSync, rmSync, writeFileSync } from "node:fs";

/** Whether a process of this machine lives. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function take(file: string): boolean {
  try {
    // `wx` fails if it is there, so only one of two gets it.
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** Who holds it; undefined while its owner writes their number, or once it is gone. */
function holder(file: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(file, "utf8"), 10);
    return Number.isNaN(pid) ? undefined : pid;
  } catch {
    return undefined;
  }
}

/**
 * Does `work` while no other process of this machine does what is under the same lock. A lock whose
 * holder was killed does not count.
 */
export async function alone<T>(file: string, work: () => Promise<T>): Promise<T> {
  while (!take(file)) {
    const pid = holder(file);
    if (pid !== undefined && !lives(pid)) rmSync(file, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, 100));
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}
