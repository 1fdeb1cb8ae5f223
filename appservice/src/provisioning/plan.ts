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
  );

/** A removal that waits: it is not carried out before a brake guards it. */
export type Held = {
  readonly kind: "remove-member" | "lock-account";
  readonly subject: string;
  readonly reason: Reason;
};

export type Plan = { readonly actions: readonly Action[]; readonly held: readonly Held[] };

export type ObservedRoom = {
  readonly roomId: string;
  /** State last written, by `type|state key`. */
  readonly applied: Readonly<Record<string, unknown>>;
  readonly members: ReadonlySet<string>;
};

/** What the homeserver looks like, as far as provisioning has made it. */
export type Observed = {
  /** What was last written for an account, by source id. */
  readonly accounts: ReadonlyMap<
    string,
    { readonly displayName: string; readonly mail: string } | undefined
  >;
  readonly rooms: ReadonlyMap<string, ObservedRoom>;
};

/**
 * Compares what shall be with what is. Pure, total, in a deterministic order: what is urgent first,
 * then the organisation's own order. An applied plan makes the next one empty.
 *
 * @param urgent which units somebody is waiting for
 */
export function plan(
  desired: Desired,
  observed: Observed,
  urgent: (unit: string) => boolean,
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
  const actions: Action[] = [
    ...accounts,
    ...desired.rooms.flatMap((room) => [
      ...roomActions(room, observed.rooms.get(room.key), known, urgent(room.unit)),
      ...memberActions(room, observed, urgent(room.unit), (userId) => {
        const id = accountOf.get(userId) ?? "";
        return coming.has(id) ? [id] : [];
      }),
    ]),
  ];
  const first = urgentWithNeeds(actions);
  return {
    actions: [
      ...actions.filter(({ id }) => first.has(id)).map((action) => ({ ...action, urgent: true })),
      ...actions.filter(({ id }) => !first.has(id)),
    ],
    held: heldRemovals(desired, observed),
  };
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
const joinId = (key: string, userId: string) => `join:${key}:${userId}`;

function accountActions(
  account: DesiredAccount,
  observed: Observed,
  urgent: boolean,
): readonly Action[] {
  const before = observed.accounts.get(account.sourceId);
  if (before?.displayName === account.displayName && before.mail === account.mail) return [];
  return [
    {
      kind: "put-account",
      id: accountId(account.sourceId),
      reason: {
        rule: before === undefined ? "person-is-new" : "person-has-changed",
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

function heldRemovals(desired: Desired, observed: Observed): readonly Held[] {
  const rooms = new Map(desired.rooms.map((room) => [room.key, new Set(room.members)]));
  const people = new Set(desired.accounts.map(({ sourceId }) => sourceId));
  return [
    ...[...observed.accounts.keys()]
      .filter((sourceId) => !people.has(sourceId))
      .toSorted()
      .map((sourceId): Held => ({
        kind: "lock-account",
        subject: sourceId,
        reason: { rule: "person-has-left", subject: sourceId },
      })),
    // By key: a store gives its rows in any order.
    ...[...observed.rooms.keys()].toSorted().flatMap((key) =>
      [...(observed.rooms.get(key)?.members ?? [])]
        .filter((userId) => rooms.get(key)?.has(userId) !== true)
        .toSorted()
        .map((userId): Held => ({
          kind: "remove-member",
          subject: `${key} ${userId}`,
          reason: { rule: "person-no-longer-belongs", subject: key },
        })),
    ),
  ];
}
