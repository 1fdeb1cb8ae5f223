import { spawnSync } from "node:child_process";
import { startChild, waitUntil } from "./child.ts";
import type { Child } from "./child.ts";
import { listens } from "./redis.ts";

export type NginxServerOptions = {
  /** The server's program, from `programFor("nginx")`. */
  readonly program: string;
  readonly configFile: string;
  /** A port that the configuration listens on. */
  readonly port: number;
  readonly logFile: string;
};

/** As root, nginx would hand its work to an account that cannot read a test's folders. */
const directives = (): string => `daemon off;${process.getuid?.() === 0 ? " user root;" : ""}`;

/**
 * Lets nginx read a configuration without starting.
 *
 * @returns what it complains about; nothing if it would start
 */
export function checkNginx(program: string, configFile: string): string | undefined {
  const run = spawnSync(
    program,
    ["-t", "-q", "-e", "stderr", "-c", configFile, "-g", directives()],
    { encoding: "utf8" },
  );
  return run.status === 0 && run.stderr === "" ? undefined : run.stderr || String(run.error);
}

/**
 * Starts nginx with a rendered configuration and waits until it listens.
 *
 * @throws Error with the end of its log if it does not come up
 */
export async function startNginx(options: NginxServerOptions): Promise<Child> {
  const child = startChild({
    name: "nginx",
    command: options.program,
    args: ["-e", "stderr", "-c", options.configFile, "-g", directives()],
    logFile: options.logFile,
  });
  await waitUntil(child, () => listens(options.port));
  return child;
}
