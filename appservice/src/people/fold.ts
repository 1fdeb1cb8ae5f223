/** Letters that Unicode does not take apart into a base and its marks. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  ı: "i",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
};

/**
 * One spelling for all that people type for the same name: case and accents go, and a German umlaut is
 * the same as its two letters and as its base letter ("Müller", "Mueller", "Muller" → "muller"). The
 * folded form of a beginning is always a beginning of the folded form, so that a search may be half typed.
 */
export function fold(text: string): string {
  return text
    .toLowerCase()
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/\p{M}|['’`´]/gu, "")
    .replaceAll(/[ßæœøıłđðþ]/g, (letter) => LETTERS[letter] ?? letter)
    .replaceAll(/([aou])e/g, "$1");
}

/** A piece between blanks: what stands in it by itself, and all of it without its signs. */
export type Chunk = { readonly compact: string; readonly parts: readonly string[] };

/** Takes a text apart: "Lüdenscheidt-Meyer, 62.561" → two chunks of two parts each. Folded. */
export function chunksOf(text: string): readonly Chunk[] {
  return fold(text)
    .split(/[\s,;]+/)
    .map((piece) => piece.split(/[^\p{L}\p{N}]+/u).filter((part) => part !== ""))
    .filter((parts) => parts.length > 0)
    .map((parts) => ({ compact: parts.join(""), parts }));
}

/** The folded words of a text, each once; a hyphenated word also as a whole. */
export function wordsOf(text: string): readonly string[] {
  return [...new Set(chunksOf(text).flatMap(({ compact, parts }) => [...parts, compact]))];
}
