import { z } from "zod";
import { accountId, joinId, removeId, stateId } from "./action.ts";
import type { Action } from "./action.ts";
import { ownerOfKey } from "./keys.ts";
import type { StatePiece } from "./desired.ts";
import type { Observed } from "./observed.ts";

const InRoom = { key: z.string(), userId: z.string() };

/** One change of a run, as what takes it back. */
export const UndoStep = z.discriminatedUnion("kind", [
  /** It was made: it is locked. */
  z.object({ kind: z.literal("lock-account"), sourceId: z.string(), userId: z.string() }),
  /** It was changed or locked: it is put as it was. */
  z.object({
    kind: z.literal("put-account"),
    sourceId: z.string(),
    userId: z.string(),
    displayName: z.string(),
    mail: z.string(),
    locked: z.boolean(),
  }),
  z.object({ kind: z.literal("remove-member"), ...InRoom }),
  z.object({ kind: z.literal("join"), ...InRoom }),
  z.object({
    kind: z.literal("set-state"),
    key: z.string(),
    name: z.string(),
    /** What was there before; absent: nothing. */
    value: z.unknown(),
  }),
]);
export type UndoStep = z.infer<typeof UndoStep>;

/**
 * The actions that take a run's changes back: the last change first. What is so already, or whose room
 * is gone, is left out. A room that the run made stays, without people and without a link to it. Pure.
 */
export function undoActions(steps: readonly UndoStep[], observed: Observed): readonly Action[] {
  const actions: Action[] = [];
  const seen = new Set<string>();
  for (const step of steps.toReversed()) {
    const action = actionOf(step);
    if (action === undefined || seen.has(action.id)) continue;
    seen.add(action.id);
    actions.push(action);
  }
  // Access first: it is what people miss.
  return withNeeds([
    ...actions.filter(({ kind }) => kind === "put-account" || kind === "lock-account"),
    ...actions.filter(({ kind }) => kind !== "put-account" && kind !== "lock-account"),
  ]);

  function actionOf(step: UndoStep): Action | undefined {
    switch (step.kind) {
      case "lock-account":
        return {
          kind: "lock-account",
          ...common(`lock:${step.sourceId}`, step.sourceId, true),
          sourceId: step.sourceId,
          userId: step.userId,
          owner: undefined,
        };
      case "put-account":
        if (step.locked)
          return actionOf({
            kind: "lock-account",
            sourceId: step.sourceId,
            userId: step.userId,
          });
        return {
          kind: "put-account",
          ...common(accountId(step.sourceId), step.sourceId, true),
          account: {
            sourceId: step.sourceId,
            userId: step.userId,
            displayName: step.displayName,
            mail: step.mail,
          },
        };
      case "join":
        if (observed.rooms.get(step.key)?.members.has(step.userId) !== false) return undefined;
        return { kind: "join", ...common(joinId(step.key, step.userId), step.key), ...pick(step) };
      case "remove-member":
        if (observed.rooms.get(step.key)?.members.has(step.userId) !== true) return undefined;
        return {
          kind: "remove-member",
          ...common(removeId(step.key, step.userId), step.key),
          ...pick(step),
          owner: ownerOfKey(step.key),
        };
      case "set-state": {
        if (!observed.rooms.has(step.key)) return undefined;
        const piece = pieceFrom(step.name, step.value);
        return piece === undefined
          ? undefined
          : {
              kind: "set-state",
              ...common(stateId(step.key, step.name), step.key),
              key: step.key,
              piece,
            };
      }
    }
  }
}

const common = (id: string, subject: string, urgent = false) => ({
  id,
  reason: { rule: "run-is-undone", subject },
  needs: [],
  urgent,
});

const pick = ({ key, userId }: { readonly key: string; readonly userId: string }) => ({
  key,
  userId,
});

/** Into the space before its rooms; nobody into a room before their account is open again. */
function withNeeds(actions: readonly Action[]): readonly Action[] {
  const ids = new Set(actions.map(({ id }) => id));
  const accounts = new Map(
    actions.flatMap((action) =>
      action.kind === "put-account" ? [[action.account.userId, action.id] as const] : [],
    ),
  );
  return actions.map((action) => {
    if (action.kind !== "join") return action;
    const viaSpace = joinId(`space:${ownerOfKey(action.key)}`, action.userId);
    const account = accounts.get(action.userId);
    return {
      ...action,
      needs: [
        ...(account === undefined ? [] : [account]),
        ...(viaSpace !== action.id && ids.has(viaSpace) ? [viaSpace] : []),
      ],
    };
  });
}

/** A piece from its name and the value that was compared; undefined where there is no taking back. */
function pieceFrom(name: string, value: unknown): StatePiece | undefined {
  const [type = "", room = ""] = name.split(/\|(.*)/s);
  const record = typeof value === "object" && value !== null ? { ...value } : {};
  const content: Readonly<Record<string, unknown>> = record;
  if (type === "m.space.child")
    return {
      kind: "child",
      room,
      order: typeof content["order"] === "string" ? content["order"] : undefined,
    };
  if (value === undefined || value === null) return undefined;
  const space = content["space"];
  if (typeof space === "string")
    return { kind: type === "m.space.parent" ? "parent" : "join-through", space };
  return { kind: "plain", type, content };
}
