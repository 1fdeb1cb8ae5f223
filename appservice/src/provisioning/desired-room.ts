/** One piece of a room's state; other rooms are named by key, since their ids may not exist yet. */
export type StatePiece =
  | {
      readonly kind: "plain";
      readonly type: string;
      readonly content: Readonly<Record<string, unknown>>;
    }
  /** Members of that space may come in by themselves. */
  | { readonly kind: "join-through"; readonly space: string }
  | { readonly kind: "parent"; readonly space: string }
  /** Without an order the link is taken away (an empty `m.space.child`). */
  | { readonly kind: "child"; readonly room: string; readonly order: string | undefined };

export type DesiredRoom = {
  /** `space:<unit>`, `room:<unit>:<template>`, `group:<id>` or `project:<id>`; it never changes. */
  readonly key: string;
  readonly isSpace: boolean;
  /** Whose it is: a unit, `group:<id>` or `project:<id>`. */
  readonly owner: string;
  readonly name: string;
  readonly topic: string;
  /** What its picture shows, and by what its tone is chosen. */
  readonly picture: { readonly mark: string; readonly of: string };
  readonly powerLevels: Readonly<Record<string, unknown>>;
  readonly state: readonly StatePiece[];
  /** Matrix IDs that are creators beside the provisioning account; decided when it is made. */
  readonly additionalCreators: readonly string[];
  /** Whether other homeservers can be in it; decided when it is made. */
  readonly federated: boolean;
  /** `managed`: we let people in; `invitation`: its members do, and we are not in it. */
  readonly entry: "managed" | "invitation";
  /** Matrix IDs. */
  readonly members: readonly string[];
  /** Matrix IDs on other servers: invited, never let in by us. */
  readonly invited: readonly string[];
};

export const NOTE_RULES = [
  "deputies-stand-in",
  "leads-above-stand-in",
  "nobody-leads",
  "project-is-over",
  "project-has-no-owner",
  "partner-not-allowed",
] as const;

/** What somebody should know about the desired state, though nothing is wrong with it. */
export type DesiredNote = {
  readonly rule: (typeof NOTE_RULES)[number];
  /** The unit, `group:<id>` or `project:<id>`. */
  readonly owner: string;
  /** Source ids of people, or partners' servers. */
  readonly of: readonly string[];
};
