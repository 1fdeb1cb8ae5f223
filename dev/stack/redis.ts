import { connect } from "node:net";
import { startChild, waitUntil } from "./child.ts";
import type { Child } from "./child.ts";

export type RedisOptions = {
  /** The server's program, from `programFor("redis")`. */
  readonly program: string;
  readonly configFile: string;
  /** The port that the configuration names. */
  readonly port: number;
  readonly directory: string;
  readonly logFile: string;
};

/**
 * Starts a Redis with a rendered configuration and waits until it listens.
 *
 * @throws Error with the end of its log if it does not come up
 */
export async function startRedis(options: RedisOptions): Promise<Child> {
  const child = startChild({
    name: "Redis",
    command: options.program,
    args: [options.configFile, "--dir", options.directory],
    logFile: options.logFile,
  });
  await waitUntil(child, () => listens(options.port));
  return child;
}

/** Whether something listens on a loopback port. */
export function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
