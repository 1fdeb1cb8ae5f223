import { createHash } from "node:crypto";
import type { BrakeCause } from "./brake.ts";
import { z } from "zod";
import { ACTION_KINDS } from "./action.ts";
import type { Action } from "./action.ts";
import { BRAKE_KINDS } from "./brake.ts";
import { pieceName, pieceValue } from "./pieces.ts";
import type { Plan } from "./plan.ts";

/** Why a change waits, in figures. */
export const Cause = z.object({
  scope: z.enum(["empty-source", "source", "unit", "erasure", "rooms", "quarantined"]),
  unit: z.string().optional(),
  what: z.enum(BRAKE_KINDS).optional(),
  removals: z.number(),
  allowed: z.number(),
});

/** One change that a plan would make, in words of the source: no Matrix ID stands in it. */
export const PreviewLine = z.object({
  does: z.enum(ACTION_KINDS),
  /** The person's source id. */
  person: z.string().optional(),
  /** The room's key: `space:<unit>` or `room:<unit>:<template>`. */
  room: z.string().optional(),
  /** The kind of state, for `set-state`. */
  state: z.string().optional(),
  /** The rule that asks for it. */
  rule: z.string(),
  /** Why it would wait, if it would. */
  waits: Cause.optional(),
});
export type PreviewLine = z.infer<typeof PreviewLine>;

export const PreviewGroup = z.object({
  does: z.enum(ACTION_KINDS),
  rule: z.string(),
  count: z.number(),
  waiting: z.number(),
});
export type PreviewGroup = z.infer<typeof PreviewGroup>;

/** What a run would do now. */
export type Preview = {
  /** SHA-256 over all that would be done, hexadecimal: the same plan has the same hash. */
  readonly hash: string;
  readonly planned: number;
  readonly held: number;
  /** By what is done and why; the most frequent first. */
  readonly groups: readonly PreviewGroup[];
  readonly lines: readonly PreviewLine[];
};

/**
 * Describes a plan for people, and gives it a hash by which they can approve exactly it.
 *
 * @param sourceIdOf the person that a Matrix ID stands for
 */
export function previewOf(
  { actions, held }: Plan,
  sourceIdOf: (userId: string) => string | undefined,
): Preview {
  const entries = [
    ...actions.map((action) => ({ action, cause: undefined })),
    ...held.map(({ action, cause }) => ({ action, cause })),
  ];
  const hash = createHash("sha256");
  const lines = entries.map(({ action, cause }) => {
    const line = lineOf(action, cause, sourceIdOf);
    // Whether it waits, not the figures: they change as the day goes on.
    const hashed = [{ ...line, waits: cause !== undefined }, valueOf(action, sourceIdOf)];
    hash.update(`${JSON.stringify(hashed)}\n`);
    return line;
  });
  const groups = new Map<string, PreviewGroup>();
  for (const { does, rule, waits } of lines) {
    const key = `${does} ${rule}`;
    const { count, waiting } = groups.get(key) ?? { count: 0, waiting: 0 };
    groups.set(key, {
      does,
      rule,
      count: count + 1,
      waiting: waiting + (waits === undefined ? 0 : 1),
    });
  }
  return {
    hash: hash.digest("hex"),
    planned: actions.length,
    held: held.length,
    groups: [...groups.values()].toSorted((one, other) => other.count - one.count),
    lines,
  };
}

function lineOf(
  action: Action,
  cause: BrakeCause | undefined,
  sourceIdOf: (userId: string) => string | undefined,
): PreviewLine {
  const common = {
    does: action.kind,
    rule: action.reason.rule,
    ...(cause === undefined ? {} : { waits: cause }),
  };
  switch (action.kind) {
    case "put-account":
      return { ...common, person: action.account.sourceId };
    case "lock-account":
    case "erase-account":
      return { ...common, person: action.sourceId };
    case "create-room":
      return { ...common, room: action.room.key };
    case "set-state":
      return { ...common, room: action.key, state: pieceName(action.piece) };
    case "hand-over":
    case "step-out":
      return { ...common, room: action.key };
    case "join":
    case "invite":
    case "remove-member":
    case "leave-room":
      return { ...common, room: action.key, person: sourceIdOf(action.userId) ?? action.userId };
  }
}

/** What would be written, with people by source id: theirs is known before their Matrix ID is chosen. */
function valueOf(action: Action, sourceIdOf: (userId: string) => string | undefined): unknown {
  switch (action.kind) {
    case "put-account":
      return [action.account.displayName, action.account.mail];
    case "create-room":
      return bySource([action.room.name, action.room.topic, action.room.powerLevels], sourceIdOf);
    case "set-state":
      return bySource(pieceValue(action.piece), sourceIdOf);
    case "hand-over":
      return bySource(action.invites, sourceIdOf);
    case "lock-account":
    case "erase-account":
    case "step-out":
    case "join":
    case "invite":
    case "remove-member":
    case "leave-room":
      return null;
  }
}

function bySource(value: unknown, sourceIdOf: (userId: string) => string | undefined): string {
  return JSON.stringify(value).replaceAll(
    /@[^\s"]+:[^\s"]+/g,
    (found) => sourceIdOf(found) ?? found,
  );
}
