/** Permissive, or copyleft for the file or library alone: what may run in a town hall's EUPL product. */
const ALLOWED: ReadonlySet<string> = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC-BY-4.0",
  "CC0-1.0",
  "EUPL-1.2",
  "ISC",
  "LGPL-2.1-only",
  "LGPL-2.1-or-later",
  "LGPL-3.0-only",
  "LGPL-3.0-or-later",
  "MIT",
  "MIT-0",
  "MPL-2.0",
  "OFL-1.1",
  "PostgreSQL",
  "Python-2.0",
  "Unicode-3.0",
  "Unlicense",
  "Zlib",
]);

/**
 * Judges a licence expression (SPDX 2.3, annex D): of what is joined by OR one must be allowed, of what
 * is joined by AND all.
 *
 * @returns why it is refused, or undefined if it may be used
 */
export function refusedLicence(expression: string | undefined): string | undefined {
  if (expression === undefined || expression === "") return "names no licence";
  const words = expression.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const next = (word: string): boolean => {
    if (words[at] !== word) return false;
    at += 1;
    return true;
  };
  // Undefined: not an expression.
  const either = (): boolean | undefined => {
    let allowed = all();
    while (allowed !== undefined && next("OR")) {
      const other = all();
      allowed = other === undefined ? undefined : allowed || other;
    }
    return allowed;
  };
  const all = (): boolean | undefined => {
    let allowed = one();
    while (allowed !== undefined && next("AND")) {
      const other = one();
      allowed = other === undefined ? undefined : allowed && other;
    }
    return allowed;
  };
  const one = (): boolean | undefined => {
    if (next("(")) {
      const inner = either();
      return next(")") ? inner : undefined;
    }
    const licence = words[at];
    if (licence === undefined || ["AND", "OR", "WITH", ")"].includes(licence)) return undefined;
    at += 1;
    // An exception only ever allows more.
    if (next("WITH")) at += 1;
    return ALLOWED.has(licence);
  };
  const allowed = either();
  return allowed === true && at === words.length ? undefined : `"${expression}" is not allowed`;
}
