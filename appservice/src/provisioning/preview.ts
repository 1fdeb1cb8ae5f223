import { createHash } from "node:crypto";
import type { BrakeCause } from "./brake.ts";
import { pieceName, pieceValue } from "./plan.ts";
import type { Action, Plan } from "./plan.ts";

/** One change that a plan would make, in words of the source: no Matrix ID stands in it. */
export type PreviewLine = {
  readonly does: Action["kind"];
  /** The person's source id. */
  readonly person?: string;
  /** The room's key: `space:<unit>` or `room:<unit>:<template>`. */
  readonly room?: string;
  /** The kind of state, for `set-state`. */
  readonly state?: string;
  /** The rule that asks for it. */
  readonly rule: string;
  /** Why it would wait, if it would. */
  readonly waits?: BrakeCause;
};

export type PreviewGroup = {
  readonly does: Action["kind"];
  readonly rule: string;
  readonly count: number;
  readonly waiting: number;
};

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
    hash.update(`${JSON.stringify([line, valueOf(action, sourceIdOf)])}\n`);
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
      return { ...common, person: action.sourceId };
    case "create-room":
      return { ...common, room: action.room.key };
    case "set-state":
      return { ...common, room: action.key, state: pieceName(action.piece) };
    case "admit":
    case "join":
    case "remove-member":
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
    case "lock-account":
    case "admit":
    case "join":
    case "remove-member":
      return null;
  }
}

function bySource(value: unknown, sourceIdOf: (userId: string) => string | undefined): string {
  return JSON.stringify(value).replaceAll(
    /@[^\s"]+:[^\s"]+/g,
    (found) => sourceIdOf(found) ?? found,
  );
}
