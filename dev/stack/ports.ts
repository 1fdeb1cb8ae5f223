import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { PlainError } from "../report.ts";

/** A loopback TCP port that is free at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/**
 * Makes sure that the port people are told about can be had.
 *
 * @throws PlainError with what to do, if another program has it
 */
export function requireFreePort(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", () =>
      reject(
        new PlainError(
          `Port ${port} is taken by another program. Stop that program, or choose another port: npm start -- --port ${port + 20}`,
        ),
      ),
    );
    server.listen(port, "127.0.0.1", () => server.close(() => resolve()));
  });
}
