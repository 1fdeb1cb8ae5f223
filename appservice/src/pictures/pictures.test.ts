import { decode } from "fast-png";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FakeHomeserver } from "../homeserver/index.ts";
import { scratchStore } from "../testing/scratch-store.ts";
import type { ScratchStore } from "../testing/scratch-store.ts";
import { pictureOf, PictureStore } from "./index.ts";
import { TONES } from "./picture.ts";
import { pngOf } from "./png.ts";

type Colour = readonly [number, number, number];
const colourOf = (hex: string): Colour => {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
};

/** Relative luminance (WCAG 2.2). */
function luminance(colour: Colour): number {
  const [red, green, blue] = colour.map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as unknown as Colour;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b), Infinity);
const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), 0);

/** Where the ink of a drawn mark lies, in pixels. */
async function drawn(mark: string, id = "amt-37") {
  const picture = pictureOf(mark, id);
  const { channels, data, height, width } = decode(await pngOf(picture));
  const { ground } = TONES[picture.tone] ?? TONES[0];
  const [red, green, blue] = colourOf(ground);
  const inked: { readonly x: number; readonly y: number }[] = [];
  for (let at = 0; at < width * height; at += 1) {
    const [r, g, b] = data.subarray(at * channels, at * channels + 3);
    if (r !== red || g !== green || b !== blue) {
      inked.push({ x: at % width, y: Math.floor(at / width) });
    }
  }
  const xs = inked.map(({ x }) => x);
  const ys = inked.map(({ y }) => y);
  return {
    size: [width, height],
    ink: inked.length,
    left: least(xs),
    right: width - 1 - most(xs),
    top: least(ys),
    bottom: height - 1 - most(ys),
  };
}

describe("a room's picture", () => {
  it("is the same for the same mark and id, and has the same bytes", async () => {
    expect(pictureOf("37", "amt-37")).toEqual(pictureOf("37", "amt-37"));
    const [one, other] = await Promise.all([1, 2].map(() => pngOf(pictureOf("37", "amt-37"))));
    expect(one).toEqual(other);
  });

  it("is another one for another mark or another tone", () => {
    const keys = ["37", "12", "SÜD"].flatMap((mark) =>
      ["amt-1", "amt-2", "amt-3"].map((id) => pictureOf(mark, id).key),
    );
    expect(new Set(keys).size).toBe(9);
  });

  it("uses every tone", () => {
    const tones = Array.from({ length: 200 }, (_, nth) => pictureOf("1", `amt-${nth}`).tone);
    expect(new Set(tones)).toEqual(new Set(TONES.keys()));
  });

  it.each([...TONES])(
    "can be read on its tone: ink $ink on $ground, contrast 4.5:1 (WCAG 1.4.3)",
    (tone) => {
      const [ground, ink] = [tone.ground, tone.ink].map((hex) => luminance(colourOf(hex)));
      expect(((ground ?? 0) + 0.05) / ((ink ?? 1) + 0.05)).toBeGreaterThanOrEqual(4.5);
    },
  );

  it.each([
    "37",
    "K",
    "OB",
    "SÜD",
    "WWWW",
    "ŞÇĞİ",
    "ıijÖ",
    "12/1",
    "IIII",
    "<&>",
    "Δ",
    "Ж",
    "&lt;",
  ])("is a square with %j in the middle, and nothing cut off", async (mark) => {
    const { bottom, ink, left, right, size, top } = await drawn(mark);
    expect(size).toEqual([256, 256]);
    expect(ink).toBeGreaterThan(500);
    expect(Math.min(left, right)).toBeGreaterThanOrEqual(34);
    expect(Math.min(top, bottom)).toBeGreaterThanOrEqual(34);
    expect(Math.abs(left - right)).toBeLessThanOrEqual(2);
  });

  it("has a dot where there is no mark, or one that no font can show", () => {
    for (const mark of ["", "  ", "\u0000\u202E", "\uD800", "😀", "مرحبا"]) {
      expect(pictureOf(mark, "x").mark).toBe("·");
    }
    expect(pictureOf("Stadtkasse", "x").mark).toBe("Stad");
    expect(pictureOf("U\u0308", "x").mark).toBe("Ü");
  });
});

describe("the store of pictures", () => {
  let store: ScratchStore;
  let homeserver: FakeHomeserver;
  let pictures: PictureStore;
  beforeAll(async () => {
    store = await scratchStore();
  });
  beforeEach(async () => {
    await store.wipe();
    homeserver = new FakeHomeserver();
    pictures = new PictureStore({ db: store.db, homeserver });
  });
  afterAll(() => store.stop());

  it("uploads a picture once, however many rooms ask for it", async () => {
    const asked = Array.from({ length: 20 }, () => pictures.mxcOf(pictureOf("37", "amt-37")));
    expect(new Set(await Promise.all(asked)).size).toBe(1);
    expect(homeserver.files.size).toBe(1);
    await pictures.mxcOf(pictureOf("12", "amt-12"));
    expect(homeserver.files.size).toBe(2);
  });

  it("knows it again after a restart", async () => {
    const before = await pictures.mxcOf(pictureOf("37", "amt-37"));
    const restarted = new PictureStore({ db: store.db, homeserver });
    expect(await restarted.mxcOf(pictureOf("37", "amt-37"))).toBe(before);
    expect(homeserver.files.size).toBe(1);
  });

  it("gives what the room shall say of it", async () => {
    const content = await pictures.contentOf(pictureOf("37", "amt-37"));
    expect(content).toMatchObject({ info: { mimetype: "image/png", w: 256, h: 256 } });
    expect(homeserver.files.get(String(content["url"]))?.contentType).toBe("image/png");
  });

  it("tries again after a failed upload", async () => {
    homeserver.failBefore = () => new Error("away");
    await expect(pictures.mxcOf(pictureOf("37", "amt-37"))).rejects.toThrow("away");
    homeserver.failBefore = undefined;
    expect(await pictures.mxcOf(pictureOf("37", "amt-37"))).toMatch(/^mxc:/);
  });

  it("takes the other copy's picture where that one was first", async () => {
    const other = new PictureStore({ db: store.db, homeserver });
    const [one, two] = await Promise.all(
      [pictures, other].map((each) => each.mxcOf(pictureOf("37", "amt-37"))),
    );
    expect(one).toBe(two);
  });
});
