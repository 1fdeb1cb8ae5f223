import { parseDocument } from "yaml";
import { doubledKeyAt } from "./json.ts";

/** A text that is no YAML. Its message names line and column and quotes nothing: files hold secrets and names. */
export class YamlError extends Error {
  override readonly name = "YamlError";
}

/**
 * Reads YAML, and so JSON as well. Strict: no doubled keys, no aliases (which can grow without bound),
 * no unknown tags, one document.
 *
 * @throws YamlError
 */
export function readYaml(text: string): unknown {
  const json = readJson(text);
  if (json !== undefined) return json.value;
  try {
    const document = parseDocument(text, { uniqueKeys: true });
    const [problem] = [...document.errors, ...document.warnings];
    if (problem !== undefined) {
      const at = problem.linePos?.[0];
      const where = at === undefined ? "" : ` in line ${at.line}, column ${at.col}`;
      throw new YamlError(
        `is not valid YAML${where} (${problem.code.toLowerCase().replaceAll("_", " ")})`,
      );
    }
    return document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    if (error instanceof YamlError) throw error;
    throw new YamlError(
      error instanceof RangeError
        ? "is not valid YAML (nested too deep)"
        : "is not valid YAML (no aliases, please)",
    );
  }
}

/** JSON is YAML, and is read some hundred times faster as what it is: a city's export is large. */
function readJson(text: string): { readonly value: unknown } | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // YAML in braces, or an error that is told in YAML's words.
    return undefined;
  }
  const doubled = doubledKeyAt(text);
  if (doubled === undefined) return { value };
  const before = text.slice(0, doubled);
  const line = before.split("\n").length;
  throw new YamlError(
    `is not valid YAML in line ${line}, column ${doubled - before.lastIndexOf("\n")} (duplicate key)`,
  );
}
