import { organisationFrom } from "./parse.ts";
import type { ParsedOrganisation, WrongEntries } from "./parse.ts";
import type { Problem, Quarantined } from "./problem.ts";
import { readTable } from "./table.ts";
import type { Columns, Row } from "./table.ts";

/** The tables and their columns: names as in the organisation file. */
const TABLES = {
  "organisation.csv": { required: ["name"], optional: ["units", "people"] },
  "units.csv": { required: ["id", "kind", "name"], optional: ["parent", "number", "mark"] },
  "people.csv": {
    required: ["id", "givenName", "familyName", "mail"],
    optional: ["phone", "room", "hidden"],
  },
  "memberships.csv": { required: ["person", "unit", "function"], optional: ["title"] },
  "groups.csv": { required: ["id", "name"], optional: ["mark", "lead", "members"] },
  "projects.csv": {
    required: ["id", "name", "owner", "until"],
    optional: ["topic", "mark", "members"],
  },
} as const satisfies Readonly<Record<string, Columns>>;
export type TableName = keyof typeof TABLES;
export const TABLE_NAMES = Object.keys(TABLES).filter(isTableName);
const NEEDED: ReadonlySet<TableName> = new Set(["units.csv", "people.csv", "memberships.csv"]);

export function isTableName(name: string): name is TableName {
  return Object.hasOwn(TABLES, name);
}

const FEW: WrongEntries = { atLeast: 10, share: 0.05 };
const LISTED = ["members"];
const YES: ReadonlySet<string> = new Set(["true", "ja", "yes", "1", "x"]);
const NO: ReadonlySet<string> = new Set(["false", "nein", "no", "0"]);

/**
 * Reads an organisation from tables. They say what the organisation file says, and are checked by the
 * same rules; every problem names file, line and column.
 *
 * @param files the tables' bytes by file name; `organisation.csv`, `groups.csv` and `projects.csv` may
 *   be left out (without a name, the organisation has that of its topmost unit)
 */
export function organisationFromTables(
  files: ReadonlyMap<TableName, Uint8Array>,
  wrongEntries = FEW,
): ParsedOrganisation {
  const problems: Problem[] = [];
  const rowsOf = (name: TableName): readonly Row[] => {
    const bytes = files.get(name);
    if (bytes === undefined) {
      if (NEEDED.has(name)) problems.push({ path: name, message: "is missing" });
      return [];
    }
    const table = readTable(bytes, TABLES[name]);
    if (table.kind === "ok") return table.rows;
    problems.push({ path: name, message: table.message });
    return [];
  };
  const tables: Tables = {
    organisation: rowsOf("organisation.csv"),
    units: rowsOf("units.csv"),
    people: rowsOf("people.csv"),
    memberships: rowsOf("memberships.csv"),
    groups: rowsOf("groups.csv"),
    projects: rowsOf("projects.csv"),
  };
  if (problems.length > 0) return { kind: "invalid", problems };
  const places = placesOf(tables);
  if (places.strays.length > most(tables.memberships.length, wrongEntries)) {
    return {
      kind: "invalid",
      problems: [
        {
          path: "memberships.csv",
          message: `${places.strays.length} of ${tables.memberships.length} rows name people who are not in people.csv: one of the two was cut short`,
        },
      ],
    };
  }
  const parsed = organisationFrom(contentOf(tables, places), wrongEntries);
  if (parsed.kind === "invalid") {
    return {
      kind: "invalid",
      problems: parsed.problems.map((one) => located(one, tables, places)),
    };
  }
  const quarantined = (parsed.quarantined ?? []).map((entry) => ({
    ...entry,
    problems: entry.problems.map((one) => located(one, tables, places)),
  }));
  return { ...parsed, quarantined: [...quarantined, ...places.strays.map(strayOf)] };
}

type List = "units" | "people" | "groups" | "projects";
type Tables = Readonly<Record<List | "organisation" | "memberships", readonly Row[]>>;

/** Which rows of memberships.csv belong to which person. */
type Places = {
  readonly byPerson: ReadonlyMap<string, readonly Row[]>;
  /** Rows of nobody who is in people.csv. */
  readonly strays: readonly Row[];
};

const most = (all: number, { atLeast, share }: WrongEntries): number =>
  Math.max(atLeast, Math.floor(all * share));

function placesOf({ memberships, people }: Tables): Places {
  const known = new Set(people.map(({ cells }) => cells.get("id")));
  const byPerson = new Map<string, Row[]>();
  const strays: Row[] = [];
  for (const row of memberships) {
    const person = row.cells.get("person");
    if (person === undefined || !known.has(person)) strays.push(row);
    else byPerson.set(person, [...(byPerson.get(person) ?? []), row]);
  }
  return { byPerson, strays };
}

function strayOf(row: Row): Quarantined {
  const path = "memberships.csv";
  return {
    kind: "reference",
    path,
    problems: [
      {
        path,
        message: `${row.misfit ?? "names nobody who is in people.csv"} (memberships.csv, line ${row.line}, column person)`,
      },
    ],
  };
}

/** The same as an organisation file would hold. */
function contentOf(tables: Tables, { byPerson }: Places): unknown {
  const [head] = tables.organisation;
  const top = tables.units.find(({ cells }) => !cells.has("parent"));
  const counts = ["units", "people"].flatMap((list) => {
    const count = head?.cells.get(list);
    return count === undefined ? [] : [[list, numberOf(count)] as const];
  });
  return {
    version: 1,
    name: head?.cells.get("name") ?? top?.cells.get("name"),
    ...(counts.length === 0 ? {} : { counts: Object.fromEntries(counts) }),
    units: tables.units.map(entryOf),
    people: tables.people.map((row) => ({
      ...entryOf(row),
      memberships: (byPerson.get(row.cells.get("id") ?? "") ?? []).map((place) => {
        const { person: _, ...rest } = entryOf(place);
        return rest;
      }),
    })),
    groups: tables.groups.map(entryOf),
    projects: tables.projects.map(entryOf),
  };
}

function entryOf(row: Row): Readonly<Record<string, unknown>> {
  // Which cell is which nobody knows; its key may be right, and then holds what it concerns.
  if (row.misfit !== undefined) return { id: row.cells.get("id") };
  return Object.fromEntries([...row.cells].map(([name, cell]) => [name, valueOf(name, cell)]));
}

function valueOf(name: string, cell: string): unknown {
  // Keys hold none of these.
  if (LISTED.includes(name)) return cell.split(/[\s,;|]+/).filter((key) => key !== "");
  if (name !== "hidden") return cell;
  const word = cell.toLowerCase();
  return YES.has(word) ? true : NO.has(word) ? false : cell;
}

function numberOf(cell: string): unknown {
  return /^\d{1,9}$/.test(cell) ? Number(cell) : cell;
}

/** `people[17].memberships[2].unit`, `units[3].name`, `groups[0].members[4]`. */
const PLACE = /^(units|people|groups|projects)\[(\d+)\](?:\.memberships\[(\d+)\])?(?:\.(\w+))?/;
const OTHER = /(?:units|people|groups|projects)\[\d+\](?:\.memberships\[\d+\])?/g;

/** A problem that also says in which file, line and column it is. */
function located(problem: Problem, tables: Tables, places: Places): Problem {
  const found = find(problem.path, tables, places);
  const message = problem.message.replaceAll(OTHER, (path) => {
    const other = find(path, tables, places);
    return other === undefined ? path : `${other.file}, line ${other.row.line}`;
  });
  if (found === undefined) return { path: problem.path, message };
  const { column, file, row } = found;
  const at = `${file}, line ${row.line}${column === undefined ? "" : `, column ${column}`}`;
  return { path: problem.path, message: `${row.misfit ?? message} (${at})` };
}

function find(path: string, tables: Tables, places: Places) {
  const [, list, index, nth, column] = PLACE.exec(path) ?? [];
  if (list !== "units" && list !== "people" && list !== "groups" && list !== "projects") return;
  const row = tables[list][Number(index)];
  if (row === undefined) return;
  const place = places.byPerson.get(row.cells.get("id") ?? "")?.[Number(nth)];
  return nth !== undefined && place !== undefined
    ? { file: "memberships.csv", row: place, column }
    : { file: `${list}.csv`, row, column };
}
