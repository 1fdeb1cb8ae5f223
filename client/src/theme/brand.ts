import { z } from "zod/mini";
import { contrast } from "./contrast.ts";

/** What a town puts on the product: read at run time, so that one build serves every town. */
export type Brand = {
  readonly name: string;
  readonly organisation: string;
  /** Path of a square picture on this server. */
  readonly mark: string;
  /** #rrggbb, on the light and on the dark palette. */
  readonly accent: { readonly light: string; readonly dark: string };
  readonly legal: {
    readonly imprint?: string | undefined;
    readonly privacy?: string | undefined;
    readonly accessibility?: string | undefined;
  };
};

export const klaaf: Brand = {
  name: "Klaaf",
  organisation: "",
  mark: "/icon.svg",
  accent: { light: "#c1121f", dark: "#ff8a82" },
  legal: {},
};

/** What stands on the accent, and below text in it; see tokens.css. */
const BESIDE = { light: "#ffffff", dark: "#2a2826" } as const;
const READABLE = 4.5;

const colourOn = (beside: string) =>
  z.string().check(
    z.regex(/^#[\da-f]{6}$/i, { error: "must be a colour such as #c1121f", abort: true }),
    z.refine((colour) => contrast(colour, beside) >= READABLE, {
      error: `needs a contrast of ${READABLE} to ${beside}`,
    }),
  );
const link = z.optional(
  z.string().check(z.regex(/^(https:\/\/|\/(?!\/))/, "must begin with https:// or /")),
);
const fields = {
  name: z.string().check(z.trim(), z.minLength(1), z.maxLength(40)),
  organisation: z.string().check(z.trim(), z.maxLength(80)),
  mark: z
    .string()
    .check(
      z.regex(/^\/(?!\/)[\w./-]+\.(svg|png|webp)$/, "must be the path of a picture on this server"),
    ),
  accent: z.strictObject({ light: colourOn(BESIDE.light), dark: colourOn(BESIDE.dark) }),
  legal: z.strictObject({ imprint: link, privacy: link, accessibility: link }),
};

/**
 * Reads a brand file. A field that is wrong or missing keeps Klaaf's value, so that a slip in the file
 * never keeps people from their messages.
 *
 * @returns the brand, and a sentence for each field that was not taken
 */
export function parseBrand(input: unknown): {
  readonly brand: Brand;
  readonly problems: readonly string[];
} {
  const problems: string[] = [];
  const given = z.record(z.string(), z.unknown()).safeParse(input);
  if (!given.success) return { brand: klaaf, problems: ["The brand file is not a JSON object."] };
  for (const key of Object.keys(given.data)) {
    if (!Object.hasOwn(fields, key)) problems.push(`brand.json: there is no field "${key}".`);
  }
  const take = <T>(key: keyof typeof fields, schema: z.ZodMiniType<T>, otherwise: T): T => {
    if (given.data[key] === undefined) return otherwise;
    const parsed = schema.safeParse(given.data[key]);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) {
      problems.push(`brand.json: ${[key, ...issue.path].join(".")} ${issue.message}.`);
    }
    return otherwise;
  };
  const brand: Brand = {
    name: take("name", fields.name, klaaf.name),
    organisation: take("organisation", fields.organisation, klaaf.organisation),
    mark: take("mark", fields.mark, klaaf.mark),
    accent: take("accent", fields.accent, klaaf.accent),
    legal: take<Brand["legal"]>("legal", fields.legal, klaaf.legal),
  };
  return { brand, problems };
}
