import type { de } from "./de.ts";

type Same<T> = T extends string ? string : { readonly [Key in keyof T]: Same<T[Key]> };

/** All texts of one language: every language has German's keys, no fewer, no more. */
export type Texts = Same<typeof de>;
