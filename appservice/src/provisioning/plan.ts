import { brake } from "./brake.ts";
import type { BrakeCause, BrakeLimits, Held, Removal, RemovalAction } from "./brake.ts";
import { spaceKey, unitOfKey } from "./desired.ts";
import type { Desired, DesiredAccount, DesiredRoom, StatePiece } from "./desired.ts";

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

/** One change of the homeserver. */
export type Action = Common &
  (
    | { readonly kind: "put-account"; readonly account: DesiredAccount }
    | { readonly kind: "create-room"; readonly room: DesiredRoom }
    | { readonly kind: "set-state"; readonly key: string; readonly piece: StatePiece }
    /** Into a space: invitation and entry. */
    | { readonly kind: "admit"; readonly key: string; readonly userId: string }
    /** Into a room whose space the person is in: one event. */
    | { readonly kind: "join"; readonly key: string; readonly userId: string }
    | {
        readonly kind: "remove-member";
        readonly key: string;
        readonly userId: string;
        readonly unit: string;
      }
    /** Every session is refused until the account is put again; nothing is lost. */
    | {
        readonly kind: "lock-account";
        readonly sourceId: string;
        readonly userId: string;
        readonly unit: undefined;
      }
  );

export type Plan = { readonly actions: readonly Action[]; readonly held: readonly Held[] };

export type ObservedRoom = {
  readonly roomId: string;
  /** State last written, by `type|state key`. */
  readonly applied: Readonly<Record<string, unknown>>;
  readonly members: ReadonlySet<string>;
};

export type ObservedAccount = {
  readonly userId: string;
  /** What was last written; undefined before the account was made. */
  readonly applied: { readonly displayName: string; readonly mail: string } | undefined;
  readonly locked: boolean;
};

/** What the homeserver looks like, as far as provisioning has made it. */
export type Observed = {
  /** Every person that ever was, by source id. */
  readonly accounts: ReadonlyMap<string, ObservedAccount>;
  readonly rooms: ReadonlyMap<string, ObservedRoom>;
};

export type PlanOptions = {
  /** Which units somebody is waiting for. */
  readonly urgent: (unit: string) => boolean;
  readonly limits: BrakeLimits;
  /** What was removed within the last day. */
  readonly removed: readonly Removal[];
};

/**
 * Compares what shall be with what is. Pure, total, in a deterministic order: what is urgent first,
 * leavers' access before all; then the organisation's own order, removals last. An applied plan makes
 * the next one empty, except for what the brake holds.
 */
export function plan(
  desired: Desired,
  observed: Observed,
  { limits, removed, urgent }: PlanOptions,
): Plan {
  const urgentPeople = new Set(
    desired.rooms.filter(({ unit }) => urgent(unit)).flatMap(({ members }) => members),
  );
  const accounts = desired.accounts.flatMap((account) =>
    accountActions(account, observed, urgentPeople.has(account.userId)),
  );
  const coming = new Set(accounts.map(({ id }) => id));
  const accountOf = new Map(
    desired.accounts.map(({ userId, sourceId }) => [userId, accountId(sourceId)]),
  );
  const known = (key: string) => observed.rooms.has(key);
  const { go, held } = brake(removalsOf(desired, observed), {
    limits,
    removed,
    people: new Set(
      [...observed.accounts.values()]
        .filter(({ applied, locked }) => applied !== undefined && !locked)
        .map(({ userId }) => userId),
    ),
    unitPeople: unitPeopleOf(observed),
    sourceIsEmpty: desired.accounts.length === 0,
  });
  // A source that names nobody is taken at its word in nothing.
  if (held.some(({ cause }) => cause.scope === "empty-source")) return { actions: [], held };
  const additions: Action[] = [
    ...accounts,
    ...desired.rooms.flatMap((room) => [
      ...roomActions(room, observed.rooms.get(room.key), known, urgent(room.unit)),
      ...memberActions(room, observed, urgent(room.unit), (userId) => {
        const id = accountOf.get(userId) ?? "";
        return coming.has(id) ? [id] : [];
      }),
    ]),
  ];
  const waiting = additions.flatMap((action): Held[] => {
    const cause = waitsWith(action, held);
    return cause === undefined ? [] : [{ action, cause }];
  });
  const waits = new Set(waiting.map(({ action }) => action.id));
  const actions: Action[] = [
    ...go.filter(({ kind }) => kind === "lock-account"),
    ...additions.filter(({ id }) => !waits.has(id)),
    ...go.filter(({ kind }) => kind === "remove-member"),
  ];
  const first = urgentWithNeeds(actions);
  return {
    actions: [
      ...actions.filter(({ id }) => first.has(id)).map((action) => ({ ...action, urgent: true })),
      ...actions.filter(({ id }) => !first.has(id)),
    ],
    held: [...held, ...waiting],
  };
}

/**
 * Why a change waits together with removals: power that people lose because a cut-off export does not
 * name them any more.
 */
function waitsWith(action: Action, held: readonly Held[]): BrakeCause | undefined {
  if (action.kind !== "set-state" || action.reason.rule !== "room-differs") return undefined;
  if (pieceName(action.piece) !== "m.room.power_levels") return undefined;
  return held.find(({ cause }) => cause.scope === "source" || cause.unit === unitOfKey(action.key))
    ?.cause;
}

/** What is urgent, and all that it waits for: the space above a unit must not queue behind a city. */
function urgentWithNeeds(actions: readonly Action[]): ReadonlySet<string> {
  const needsOf = new Map(actions.map(({ id, needs }) => [id, needs]));
  const urgent = new Set<string>();
  const open = actions.filter((action) => action.urgent).map(({ id }) => id);
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (urgent.has(id)) continue;
    urgent.add(id);
    open.push(...(needsOf.get(id) ?? []));
  }
  return urgent;
}

const accountId = (sourceId: string) => `account:${sourceId}`;
const createId = (key: string) => `create:${key}`;
const removeId = (key: string, userId: string) => `remove:${key}:${userId}`;
const joinId = (key: string, userId: string) => `join:${key}:${userId}`;

function accountActions(
  account: DesiredAccount,
  observed: Observed,
  urgent: boolean,
): readonly Action[] {
  const known = observed.accounts.get(account.sourceId);
  const before = known?.applied;
  const isBack = known?.locked === true;
  const isSame = before?.displayName === account.displayName && before.mail === account.mail;
  if (isSame && !isBack) return [];
  return [
    {
      kind: "put-account",
      id: accountId(account.sourceId),
      reason: {
        rule: isBack
          ? "person-is-back"
          : before === undefined
            ? "person-is-new"
            : "person-has-changed",
        subject: account.sourceId,
      },
      needs: [],
      urgent,
      account,
    },
  ];
}

/** The rooms that must exist before a piece of state can be written. */
function roomsIn(piece: StatePiece): readonly string[] {
  switch (piece.kind) {
    case "plain":
      return [];
    case "join-through":
    case "parent":
      return [piece.space];
    case "child":
      return [piece.room];
  }
}

/** Written when the room is made: all but the links to rooms below it, which come after it. */
export const isBirthState = (piece: StatePiece): boolean => piece.kind !== "child";

function roomActions(
  room: DesiredRoom,
  observed: ObservedRoom | undefined,
  known: (key: string) => boolean,
  urgent: boolean,
): readonly Action[] {
  const waitFor = (keys: readonly string[]) => keys.filter((key) => !known(key)).map(createId);
  const creation: Action[] =
    observed === undefined
      ? [
          {
            kind: "create-room",
            id: createId(room.key),
            reason: { rule: "unit-has-room", subject: room.key },
            needs: waitFor(room.state.filter(isBirthState).flatMap(roomsIn)),
            urgent,
            room,
          },
        ]
      : [];
  const pieces = piecesOf(room).filter((piece) =>
    observed === undefined ? !isBirthState(piece) : !isApplied(piece, observed, known),
  );
  return [
    ...creation,
    ...pieces.map((piece): Action => ({
      kind: "set-state",
      id: `state:${room.key}:${pieceName(piece)}`,
      reason: { rule: observed === undefined ? "room-is-new" : "room-differs", subject: room.key },
      needs: waitFor([room.key, ...roomsIn(piece)]),
      urgent,
      key: room.key,
      piece,
    })),
  ];
}

/** All state of a room as pieces: its own, and what createRoom takes apart. */
export function piecesOf(room: DesiredRoom): readonly StatePiece[] {
  return [
    { kind: "plain", type: "m.room.name", content: { name: room.name } },
    ...(room.topic === ""
      ? []
      : [{ kind: "plain", type: "m.room.topic", content: { topic: room.topic } } as const]),
    { kind: "plain", type: "m.room.power_levels", content: room.powerLevels },
    ...room.state,
  ];
}

/** Names a piece within its room, the same before and after ids are known. */
export function pieceName(piece: StatePiece): string {
  switch (piece.kind) {
    case "plain":
      return piece.type;
    case "join-through":
      return "m.room.join_rules";
    case "parent":
      return `m.space.parent|${piece.space}`;
    case "child":
      return `m.space.child|${piece.room}`;
  }
}

/** The part of a piece that is compared: what was written under the same name before. */
export function pieceValue(piece: StatePiece): unknown {
  switch (piece.kind) {
    case "plain":
      return piece.content;
    case "join-through":
    case "parent":
      return { space: piece.space };
    case "child":
      return { order: piece.order };
  }
}

function isApplied(
  piece: StatePiece,
  observed: ObservedRoom,
  known: (key: string) => boolean,
): boolean {
  if (!roomsIn(piece).every(known)) return false;
  return sameJson(observed.applied[pieceName(piece)], pieceValue(piece));
}

/** Whether two JSON values are the same, whatever the order of their keys. */
export function sameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null)
    return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const left = new Map<string, unknown>(Object.entries(one));
  const right = new Map<string, unknown>(Object.entries(other));
  if (left.size !== right.size) return false;
  return [...left].every(([key, value]) => right.has(key) && sameJson(value, right.get(key)));
}

function memberActions(
  room: DesiredRoom,
  observed: Observed,
  urgent: boolean,
  accountNeeds: (userId: string) => readonly string[],
): readonly Action[] {
  const here = observed.rooms.get(room.key);
  const throughSpace = room.state.find((piece) => piece.kind === "join-through")?.space;
  const space = throughSpace === undefined ? undefined : observed.rooms.get(throughSpace);
  return room.members
    .filter((userId) => here?.members.has(userId) !== true)
    .map((userId): Action => {
      const needs = [...(here === undefined ? [createId(room.key)] : []), ...accountNeeds(userId)];
      const reason = { rule: "person-belongs-to-unit", subject: room.key };
      if (throughSpace === undefined) {
        return {
          kind: "admit",
          id: joinId(room.key, userId),
          reason,
          needs,
          urgent,
          key: room.key,
          userId,
        };
      }
      const viaSpace = space?.members.has(userId) === true ? [] : [joinId(throughSpace, userId)];
      return {
        kind: "join",
        id: joinId(room.key, userId),
        reason,
        needs: [...needs, ...viaSpace],
        urgent,
        key: room.key,
        userId,
      };
    });
}

const isSpaceKey = (key: string): boolean => key === spaceKey(unitOfKey(key));

/** What nobody should have any more, before the brake. */
function removalsOf(desired: Desired, observed: Observed): readonly RemovalAction[] {
  const rooms = new Map(desired.rooms.map((room) => [room.key, new Set(room.members)]));
  const people = new Set(desired.accounts.map(({ sourceId }) => sourceId));
  const locks = [...observed.accounts]
    .filter(
      ([sourceId, { applied, locked }]) =>
        !people.has(sourceId) && applied !== undefined && !locked,
    )
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([sourceId, { userId }]): RemovalAction => ({
      kind: "lock-account",
      id: `lock:${sourceId}`,
      reason: { rule: "person-has-left", subject: sourceId },
      needs: [],
      urgent: true,
      sourceId,
      userId,
      unit: undefined,
    }));
  // By key, since a store gives its rows in any order; spaces first.
  const keys = [...observed.rooms.keys()].toSorted();
  const ordered = [...keys.filter(isSpaceKey), ...keys.filter((key) => !isSpaceKey(key))];
  const surplus = ordered.flatMap((key) =>
    [...(observed.rooms.get(key)?.members ?? [])]
      .filter((userId) => rooms.get(key)?.has(userId) !== true)
      .toSorted()
      .map((userId) => ({ key, userId, unit: unitOfKey(key) })),
  );
  const leaving = new Set(surplus.map(({ key, userId }) => removeId(key, userId)));
  return [
    ...locks,
    ...surplus.map(({ key, unit, userId }): RemovalAction => {
      // Out of the space first: as long as they are in it, it lets them into the room again.
      const outOfSpace = removeId(spaceKey(unit), userId);
      return {
        kind: "remove-member",
        id: removeId(key, userId),
        reason: { rule: "person-no-longer-belongs", subject: key },
        needs: key !== spaceKey(unit) && leaving.has(outOfSpace) ? [outOfSpace] : [],
        urgent: false,
        key,
        userId,
        unit,
      };
    }),
  ];
}

/** The people of each unit: whoever is in its space or in one of its rooms. */
function unitPeopleOf({ rooms }: Observed): (unit: string) => ReadonlySet<string> {
  const people = new Map<string, Set<string>>();
  for (const [key, { members }] of rooms) {
    const unit = unitOfKey(key);
    const known = people.get(unit) ?? new Set();
    for (const userId of members) known.add(userId);
    people.set(unit, known);
  }
  return (unit) => people.get(unit) ?? new Set();
}
