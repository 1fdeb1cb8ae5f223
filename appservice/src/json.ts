/**
 * Finds a key that stands twice in one object, which JSON.parse would pass over, keeping the last.
 *
 * @param text valid JSON
 * @returns where the second one begins, or undefined
 */
export function doubledKeyAt(text: string): number | undefined {
  /** The keys of each object that is open; undefined for an array. */
  const open: (Set<string> | undefined)[] = [];
  let isKey = false;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charAt(at)) {
      case "{":
        open.push(new Set());
        isKey = true;
        break;
      case "[":
        open.push(undefined);
        isKey = false;
        break;
      case "}":
      case "]":
        open.pop();
        isKey = false;
        break;
      case ",":
        isKey = open.at(-1) !== undefined;
        break;
      case ":":
        isKey = false;
        break;
      case '"': {
        const end = endOfString(text, at);
        if (isKey) {
          const keys = open.at(-1);
          // The same key may be written in several ways.
          const raw = text.slice(at, end + 1);
          const key = raw.includes("\\") ? String(JSON.parse(raw)) : raw.slice(1, -1);
          if (keys?.has(key) === true) return at;
          keys?.add(key);
        }
        at = end;
        break;
      }
      default:
    }
  }
  return undefined;
}

/** Where the string that begins at a quotation mark ends. */
function endOfString(text: string, start: number): number {
  let end = start + 1;
  while (text[end] !== '"') end += text[end] === "\\" ? 2 : 1;
  return end;
}
