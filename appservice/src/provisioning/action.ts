import type { DesiredAccount, DesiredRoom, StatePiece } from "./desired.ts";

/** Why an action is there: the rule, and what it speaks of. */
export type Reason = { readonly rule: string; readonly subject: string };

type Common = {
  /** Names the action within its plan, and the same action in the next one. */
  readonly id: string;
  readonly reason: Reason;
  /** Actions that must have succeeded before. */
  readonly needs: readonly string[];
  /** Whether somebody waits for it at the screen. */
  readonly urgent: boolean;
};

type InRoom = { readonly key: string; readonly userId: string };

/** One change of the homeserver. */
export type Action = Common &
  (
    | { readonly kind: "put-account"; readonly account: DesiredAccount }
    | { readonly kind: "create-room"; readonly room: DesiredRoom }
    /** A confidential room: its people are invited. */
    | { readonly kind: "hand-over"; readonly key: string; readonly invites: readonly string[] }
    /** We leave a confidential room for good, once somebody has come into it. */
    | { readonly kind: "step-out"; readonly key: string }
    | { readonly kind: "set-state"; readonly key: string; readonly piece: StatePiece }
    /** Into a space or room, by our hand. */
    | ({ readonly kind: "join" } & InRoom)
    /** A partner, whose own server lets them in. */
    | ({ readonly kind: "invite" } & InRoom)
    | ({ readonly kind: "remove-member"; readonly owner: string } & InRoom)
    /** Out of a room that we are not in ourselves: the person goes by their own hand. */
    | ({ readonly kind: "leave-room"; readonly owner: string } & InRoom)
    /** Every session is refused until the account is put again; nothing is lost. */
    | {
        readonly kind: "lock-account";
        readonly sourceId: string;
        readonly userId: string;
        readonly owner: undefined;
      }
    /** Cannot be taken back. */
    | { readonly kind: "erase-account"; readonly sourceId: string; readonly userId: string }
  );

export const ACTION_KINDS = [
  "put-account",
  "create-room",
  "hand-over",
  "step-out",
  "set-state",
  "join",
  "invite",
  "remove-member",
  "leave-room",
  "lock-account",
  "erase-account",
] as const satisfies readonly Action["kind"][];
export type ActionKind = Action["kind"];

export const accountId = (sourceId: string): string => `account:${sourceId}`;
export const createId = (key: string): string => `create:${key}`;
export const handOverId = (key: string): string => `hand-over:${key}`;
export const stepOutId = (key: string): string => `step-out:${key}`;
export const stateId = (key: string, name: string): string => `state:${key}:${name}`;
export const joinId = (key: string, userId: string): string => `join:${key}:${userId}`;
export const removeId = (key: string, userId: string): string => `remove:${key}:${userId}`;
