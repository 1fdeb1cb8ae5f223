/**
 * One text for one value: JSON with its names sorted by code units and no white space, as RFC 8785 has
 * it. What JSON leaves out (undefined, functions) is left out.
 *
 * @throws TypeError for what JSON cannot say (a bigint, a circle)
 */
export function canonicalJson(value: unknown): string {
  // Through JSON first, so that dates and the like are what they will be when read again.
  const plain: unknown = JSON.parse(JSON.stringify(value) ?? "null");
  return write(plain);
}

function write(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
  const members = Object.entries(value)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${write(member)}`);
  return `{${members.join(",")}}`;
}
