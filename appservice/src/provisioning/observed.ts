export type ObservedRoom = {
  readonly roomId: string;
  /** State last written, by piece name; where somebody else wrote since, what they wrote. */
  readonly applied: Readonly<Record<string, unknown>>;
  /** The pieces that somebody else wrote. */
  readonly heard: ReadonlySet<string>;
  /** Who is in it; of a confidential room also who was invited. */
  readonly members: ReadonlySet<string>;
  /** Whether we are still in it: of meaning for rooms that are handed over to their members. */
  readonly isOurs: boolean;
  /** Whether somebody has come in, where it is ours to hand over: an empty room would be dead. */
  readonly hasJoined: boolean;
  /** Those of the members who came in without us. */
  readonly strangers: ReadonlySet<string>;
};

export type ObservedAccount = {
  readonly userId: string;
  /** What was last written; undefined before the account was made. */
  readonly applied: { readonly displayName: string; readonly mail: string } | undefined;
  /** Since when their access is refused, in milliseconds since 1970; undefined: it is not. */
  readonly lockedAt: number | undefined;
};

/** What the homeserver looks like, as far as provisioning has made it. */
export type Observed = {
  /** Every person that ever was and is not erased, by source id. */
  readonly accounts: ReadonlyMap<string, ObservedAccount>;
  readonly rooms: ReadonlyMap<string, ObservedRoom>;
};
