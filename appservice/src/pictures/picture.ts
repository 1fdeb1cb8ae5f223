/** Ground and ink of each tone, light as in the client (`client/src/ui/avatar.module.css`). */
export const TONES = [
  { ground: "#f6dcd6", ink: "#7d2618" },
  { ground: "#f5e3c8", ink: "#6b4308" },
  { ground: "#e6ecc9", ink: "#45520d" },
  { ground: "#d3ecd9", ink: "#165430" },
  { ground: "#cfebee", ink: "#0d5058" },
  { ground: "#d6e5f8", ink: "#1b4580" },
  { ground: "#e3def8", ink: "#47338c" },
  { ground: "#f4dbeb", ink: "#772258" },
] as const;

/** Counted up when pictures shall look different: then all are made and set again. */
const DESIGN = 1;
const LONGEST_MARK = 4;
const NO_MARK = "·";
/** What the font has; of other writing it would show boxes. */
const DRAWABLE = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\x21-\x7E]/u;

/** What a room's picture shows; equal pictures have equal keys. */
export type Picture = {
  /** `<design>:<tone>:<mark>`. */
  readonly key: string;
  readonly mark: string;
  readonly tone: number;
};

/**
 * The picture of a unit's rooms: its mark on a calm tone that is always the same for the same id.
 *
 * @param mark "37", "OB", "SÜD"; what is longer than four characters is cut, what the font
 *   cannot show is left out
 */
export function pictureOf(mark: string, id: string): Picture {
  const shown = Array.from(mark.normalize("NFC"))
    .filter((character) => DRAWABLE.test(character))
    .slice(0, LONGEST_MARK)
    .join("");
  const tone = toneOf(id);
  const text = shown === "" ? NO_MARK : shown;
  return { key: `${DESIGN}:${tone}:${text}`, mark: text, tone };
}

/** As the client has it (FNV-1a), over ids of the source. */
function toneOf(id: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let at = 0; at < id.length; at += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(at), 0x01_00_01_93);
  }
  return (hash >>> 0) % TONES.length;
}
