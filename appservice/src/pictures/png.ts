import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { TONES } from "./picture.ts";
import type { Picture } from "./picture.ts";

export const SIZE = 256;
const MIDDLE = SIZE / 2;
/** The text is at most this wide and its letters this large. */
const WIDEST = 184;
const LARGEST = 120;
/** Height of a capital in Inter, in em: marks stand in the middle by it, whatever dots or tails they have. */
const CAPITAL = 0.727;

type Tools = { readonly font: Uint8Array };
let tools: Promise<Tools> | undefined;

const fileOf = (name: string) => readFile(fileURLToPath(import.meta.resolve(name)));

/** Drawing and font, loaded with the first picture. */
function loadTools(): Promise<Tools> {
  tools ??= (async () => {
    await initWasm(fileOf("@resvg/resvg-wasm/index_bg.wasm"));
    return { font: await fileOf("@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf") };
  })();
  return tools;
}

/** Draws a picture: a square PNG, the same bytes for the same picture. Some milliseconds of work. */
export async function pngOf({ mark, tone }: Picture): Promise<Uint8Array> {
  const { font } = await loadTools();
  const { ground, ink } = TONES[tone] ?? TONES[0];
  const text = (size: number, x: number): string =>
    `<text font-family="Inter" font-weight="600" font-size="${size}" x="${x}"` +
    ` y="${MIDDLE + (CAPITAL * size) / 2}" fill="${ink}">${escaped(mark)}</text>`;
  // Drawn once to see how wide it is; what juts out of a drawing is not measured.
  const place = withDrawing(text(LARGEST, LARGEST), 8 * LARGEST, font, (trial) => {
    const box = trial.innerBBox();
    if (box === undefined) return { size: LARGEST, x: MIDDLE };
    const scale = Math.min(1, WIDEST / box.width);
    const left = box.x - LARGEST;
    return { size: LARGEST * scale, x: MIDDLE - (left + box.width / 2) * scale };
  });
  const picture = `<rect width="${SIZE}" height="${SIZE}" fill="${ground}"/>${text(place.size, place.x)}`;
  return withDrawing(picture, SIZE, font, (drawing) => {
    const image = drawing.render();
    try {
      return image.asPng();
    } finally {
      image.free();
    }
  });
}

function withDrawing<T>(
  content: string,
  width: number,
  font: Uint8Array,
  use: (drawing: InstanceType<typeof Resvg>) => T,
): T {
  const drawing = new Resvg(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${SIZE}">${content}</svg>`,
    { font: { fontBuffers: [font], defaultFontFamily: "Inter" } },
  );
  try {
    return use(drawing);
  } finally {
    drawing.free();
  }
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
