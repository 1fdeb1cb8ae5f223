import { z } from "zod";

/** No list gives more at once. */
export const MOST_ITEMS = 200;

/**
 * The query of a list that is given page by page. The cursor is opaque: it says of which list it is, and
 * where the last page ended, so that what comes meanwhile moves nothing.
 *
 * @param list its name; a cursor of another list is refused
 * @param place the form of where a page ends
 */
export function pageQuery<T extends z.ZodType<unknown, string>>(
  list: string,
  place: T,
  usual = 50,
) {
  const decoded = z
    .string()
    .max(1000)
    .meta({ description: "The `next` of the page before" })
    .transform((cursor, context): string => {
      const text = Buffer.from(cursor, "base64url").toString();
      const mark = `${list}:`;
      if (text.startsWith(mark) && cursorOf(list, text.slice(mark.length)) === cursor)
        return text.slice(mark.length);
      context.addIssue("is not a cursor of this list");
      return z.NEVER;
    })
    .pipe(place);
  return {
    limit: z.coerce.number().int().min(1).max(MOST_ITEMS).default(usual),
    after: decoded.optional(),
  };
}

/** The cursor of a page that begins behind this place. */
export const cursorOf = (list: string, place: string): string =>
  Buffer.from(`${list}:${place}`).toString("base64url");

/**
 * The cursor of the next page, where there may be one.
 *
 * @param placeOf where a page ends that ends with this item
 */
export function nextOf<T>(
  list: string,
  items: readonly T[],
  limit: number,
  placeOf: (item: T) => string,
): { readonly next?: string } {
  const last = items.at(-1);
  if (items.length < limit || last === undefined) return {};
  return { next: cursorOf(list, placeOf(last)) };
}

/** A place that is a text of limited length. */
export const textPlace = z.string().min(1).max(600);
/** A place that is a row's number. */
export const numberPlace = z.string().regex(/^\d{1,15}$/, "is not a cursor of this list");
