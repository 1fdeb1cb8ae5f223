/** What a token may do. Each includes nothing but itself. */
export const SCOPES = ["read", "plan", "apply"] as const;
export type Scope = (typeof SCOPES)[number];

/**
 * What a person may do beyond their own matters, by policy: `administrator` steers provisioning and is
 * one of the two who approve; `auditor` (data protection, staff council) reads what was done.
 */
export const ROLES = ["administrator", "auditor"] as const;
export type Role = (typeof ROLES)[number];

/** Somebody who signed in to the homeserver, and showed it with an OpenID token. */
export type PersonCaller = {
  readonly kind: "person";
  /** Their key in the source. */
  readonly sourceId: string;
  readonly userId: string;
  readonly roles: readonly Role[];
};

/** Who asks. */
export type Caller =
  | PersonCaller
  /** A scoped token that somebody made for a script; it can never approve. */
  | { readonly kind: "token"; readonly id: string; readonly scopes: readonly Scope[] }
  /** Whoever holds the machine's own secret (the appservice's token): may do what a token may, and make tokens. */
  | { readonly kind: "machine" };
