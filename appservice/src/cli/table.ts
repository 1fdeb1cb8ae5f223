/**
 * A table for the terminal: columns as wide as their widest cell, numbers to the right.
 *
 * @param rows each with as many cells as there are headings
 */
export function tableOf(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) =>
    Math.max(...all.map((row) => (row[column] ?? "").length)),
  );
  const isNumber = headings.map((_, column) =>
    rows.every((row) => /^\d*$/.test(row[column] ?? "")),
  );
  return all
    .map((row) =>
      row
        .map((cell, column) => {
          const padding = " ".repeat((widths[column] ?? 0) - cell.length);
          return isNumber[column] === true ? `${padding}${cell}` : `${cell}${padding}`;
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
