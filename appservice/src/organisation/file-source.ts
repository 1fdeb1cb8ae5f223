import type { Stats } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { isTableName, TABLE_NAMES, organisationFromTables } from "./csv-source.ts";
import type { TableName } from "./csv-source.ts";
import { parseOrganisation } from "./parse.ts";
import type { ParsedOrganisation, WrongEntries } from "./parse.ts";
import type { OrganisationSource } from "./source.ts";

/** A table above this is a mistake, as is an organisation file. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * A source that reads its file each time it is asked: a YAML or JSON file, or a folder of tables (CSV)
 * or one of them, which stands for its folder.
 */
export function fileSource(file: string, wrongEntries?: WrongEntries): OrganisationSource {
  return {
    async read() {
      try {
        if ((await stat(file)).isDirectory()) return await readFolder(file, wrongEntries);
        if (path.extname(file).toLowerCase() === ".csv")
          return await readFolder(path.dirname(file), wrongEntries);
        return parseOrganisation(await readFile(file, "utf8"), wrongEntries);
      } catch (error) {
        return invalid(
          file,
          `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    },
  };
}

async function readFolder(
  folder: string,
  wrongEntries: WrongEntries | undefined,
): Promise<ParsedOrganisation> {
  const files = new Map<TableName, Uint8Array>();
  for (const name of await readdir(folder)) {
    const table = name.toLowerCase();
    if (!table.endsWith(".csv")) continue;
    // A name spelt wrong would be a table left out.
    if (!isTableName(table)) return invalid(name, "is none of the tables that are read");
    const bytes = await readFile(path.join(folder, name));
    if (bytes.length > MOST_BYTES) return invalid(name, "is larger than 64 MB");
    files.set(table, bytes);
  }
  if (files.size === 0) {
    return invalid(folder, `cannot be read: holds none of ${TABLE_NAMES.join(", ")}`);
  }
  return organisationFromTables(files, wrongEntries);
}

function invalid(file: string, message: string): ParsedOrganisation {
  return { kind: "invalid", problems: [{ path: file, message }] };
}

/** A word that changes when the file does, or any table of a folder, without reading it. */
export async function fileVersion(file: string): Promise<string> {
  try {
    const found = await stat(file);
    const isTable = path.extname(file).toLowerCase() === ".csv";
    if (!found.isDirectory() && !isTable) return versionOf(found);
    const folder = isTable ? path.dirname(file) : file;
    const tables = (await readdir(folder)).filter((name) => isTableName(name.toLowerCase()));
    const versions = tables.toSorted().map(async (name) => {
      return `${name} ${versionOf(await stat(path.join(folder, name)))}`;
    });
    return (await Promise.all(versions)).join("\n");
  } catch {
    return "unreadable";
  }
}

const versionOf = ({ ino, mtimeMs, size }: Stats): string => `${ino} ${size} ${mtimeMs}`;
