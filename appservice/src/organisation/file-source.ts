import { readFile, stat } from "node:fs/promises";
import { parseOrganisation } from "./parse.ts";
import type { WrongEntries } from "./parse.ts";
import type { OrganisationSource } from "./source.ts";

/** A source that reads a YAML or JSON file each time it is asked. */
export function fileSource(path: string, wrongEntries?: WrongEntries): OrganisationSource {
  return {
    async read() {
      try {
        return parseOrganisation(await readFile(path, "utf8"), wrongEntries);
      } catch (error) {
        return {
          kind: "invalid",
          problems: [
            {
              path,
              message: `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
            },
          ],
        };
      }
    },
  };
}

/** A word that changes when the file does, without reading it. */
export async function fileVersion(path: string): Promise<string> {
  try {
    const { ino, mtimeMs, size } = await stat(path);
    return `${ino} ${size} ${mtimeMs}`;
  } catch {
    return "unreadable";
  }
}
