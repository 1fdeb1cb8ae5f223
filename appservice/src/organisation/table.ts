import { CsvError, parse } from "csv-parse/sync";

/** A row of a table, its cells by column; empty cells are not there. */
export type Row = {
  /** In the file, from 1; where a cell goes over several, the last of them. */
  readonly line: number;
  readonly cells: ReadonlyMap<string, string>;
  /** What is wrong with the row as a whole. */
  readonly misfit: string | undefined;
};

export type Table =
  | { readonly kind: "ok"; readonly rows: readonly Row[] }
  | { readonly kind: "invalid"; readonly message: string };

export type Columns = {
  readonly required: readonly string[];
  readonly optional: readonly string[];
};

const SEPARATORS = [";", ",", "\t"];

/**
 * Reads a table as offices export it: separated by semicolons, commas or tabulators, in UTF-8,
 * Windows-1252 or UTF-16. Messages name line and column and quote no cell: they are logged.
 */
export function readTable(bytes: Uint8Array, columns: Columns): Table {
  const text = textOf(bytes);
  if (text === undefined) return invalid("is partly UTF-8 and partly not: save it anew as UTF-8");
  if (text.includes("\0")) return invalid("is no text");
  let records;
  try {
    records = parse(text, {
      delimiter: separatorOf(text),
      skip_empty_lines: true,
      relax_column_count: true,
      trim: true,
      info: true,
    }).map(recordOf);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error["lines"] === "number" ? `line ${error["lines"]}: ` : "";
    return invalid(`${line}${QUOTES[error.code] ?? "cannot be read as a table"}`);
  }
  const [head, ...body] = records;
  if (head === undefined) return invalid("is empty");
  const known = [...columns.required, ...columns.optional];
  const names = head.cells.map(
    (cell) => known.find((name) => name.toLowerCase() === cell.toLowerCase()) ?? cell,
  );
  const wrong = [
    ...names.filter((name) => !known.includes(name)).map((name) => `there is no column "${name}"`),
    ...names.filter((name, at) => names.indexOf(name) < at).map((name) => `"${name}" comes twice`),
    ...columns.required
      .filter((name) => !names.includes(name))
      .map((name) => `"${name}" is missing`),
  ];
  if (wrong.length > 0) {
    return invalid(`line ${head.line}: ${wrong.join("; ")}. Columns are: ${known.join(", ")}`);
  }
  return {
    kind: "ok",
    rows: body
      .filter(({ cells }) => cells.some((cell) => cell !== ""))
      .map(({ cells, line }) => ({
        line,
        cells: new Map(
          names.flatMap((name, at) => {
            const cell = cells[at] ?? "";
            return cell === "" ? [] : [[name, cell] as const];
          }),
        ),
        misfit:
          cells.length === names.length
            ? undefined
            : `has ${cells.length} cells where the header has ${names.length}`,
      })),
  };
}

const QUOTES: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: "a quotation mark is not closed",
  CSV_INVALID_CLOSING_QUOTE: "a quotation mark is closed in the middle of a cell",
  INVALID_OPENING_QUOTE: "a quotation mark stands in the middle of a cell",
};

type Cells = { readonly line: number; readonly cells: readonly string[] };

/** What csv-parse gives with `info`, which its types do not tell. */
function recordOf(one: unknown): Cells {
  if (typeof one !== "object" || one === null || !("record" in one) || !("info" in one)) {
    throw new TypeError("csv-parse gave no record");
  }
  const { info, record } = one;
  const line =
    typeof info === "object" && info !== null && "lines" in info ? Number(info.lines) : 0;
  return { line, cells: Array.isArray(record) ? record.map(String) : [] };
}

/** The separator that the header has most of. */
function separatorOf(text: string): string {
  const [header = ""] = text.split(/\r\n|\r|\n/, 1);
  const counted = SEPARATORS.map((mark) => ({ mark, count: header.split(mark).length }));
  return counted.reduce((one, other) => (other.count > one.count ? other : one)).mark;
}

/** Two bytes that say one letter in UTF-8, and something like "Ã¤" in Windows-1252. */
const UTF8_LETTER = /[\xC3-\xC5][\x80-\xBF]/;

/**
 * @returns undefined for a mixture: taken for Windows-1252, one broken byte would spoil every umlaut
 */
function textOf(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    if (UTF8_LETTER.test(Buffer.from(bytes).toString("latin1"))) return undefined;
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

function invalid(message: string): Table {
  return { kind: "invalid", message };
}
