import { accessSync, appendFileSync, constants, globSync } from "node:fs";
import path from "node:path";

/** A program that a machine may lack and that its own scripts cannot install without root. */
const PARTS = {
  postgresql: {
    program: "postgres",
    package: "postgresql",
    folders: ["/usr/lib/postgresql/*/bin"],
  },
  redis: { program: "redis-server", package: "redis-server", folders: [] },
  nginx: { program: "nginx", package: "nginx", folders: ["/usr/sbin"] },
  /** To build Synapse's PostgreSQL driver, of which there are only sources. */
  libpq: { program: "pg_config", package: "libpq-dev, with gcc", folders: [] },
  openssl: { program: "openssl", package: "openssl", folders: [] },
  slapd: { program: "slapd", package: "slapd", folders: ["/usr/sbin"] },
} as const;
export type Part = keyof typeof PARTS;

function findProgram(part: Part): string | undefined {
  const { program, folders } = PARTS[part];
  const places: string[] = folders.flatMap((folder) => globSync(folder).toSorted().toReversed());
  places.push(...(process.env["PATH"] ?? "").split(path.delimiter));
  return places
    .map((folder) => path.join(folder, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/**
 * Whether this machine has a server that a test wants. In CI a missing one is an error, so that no
 * green run hides it; elsewhere the test is left out, and `npm test` names the part and the Debian
 * package in its last lines.
 *
 * @returns the program's path, or undefined where the test must be left out
 * @throws Error in CI when the program is missing
 */
export function programFor(part: Part): string | undefined {
  const found = findProgram(part);
  if (found !== undefined) return found;
  const missing = `${part} (Debian package ${PARTS[part].package})`;
  if (process.env["CI"] === "true")
    throw new Error(`CI must exercise ${missing}, and it is not there.`);
  const file = process.env["KLAAF_NOT_EXERCISED"];
  if (file !== undefined) appendFileSync(file, `${missing}\n`);
  return undefined;
}
