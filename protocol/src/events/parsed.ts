/**
 * What reading an event of our own gives.
 * `unknown-version`: written by a newer release; show the plain-text fallback.
 * `invalid`: not what the schema says; treat as absent, never throw.
 */
export type Parsed<T> =
  | { readonly kind: "ok"; readonly value: T }
  | { readonly kind: "unknown-version"; readonly version: number }
  | { readonly kind: "invalid"; readonly reason: string };
