import { ROOM_CLASS_TYPE } from "@klaaf/protocol";
import { accountId, createId, handOverId, joinId, stateId, stepOutId } from "./action.ts";
import type { Action } from "./action.ts";
import { brakeBulk, brakeRemovals, part } from "./brake.ts";
import type {
  BrakeCause,
  BrakeEntry,
  BrakeFacts,
  BrakeKind,
  BrakeLimits,
  Held,
  RemovalAction,
} from "./brake.ts";
import { ownerOfKey } from "./keys.ts";
import type { Desired, DesiredAccount, DesiredNote, DesiredRoom } from "./desired.ts";
import type { Observed, ObservedRoom } from "./observed.ts";
import { isBirthState, pieceName, piecesOf, pieceValue, roomsIn, sameJson } from "./pieces.ts";
import { erasuresOf, ownerPeopleOf, removalsOf } from "./removals.ts";

/** Somebody who belongs into a confidential room, and waits for one of its members to invite them. */
export type Waiting = { readonly key: string; readonly userId: string };

export type Plan = {
  readonly actions: readonly Action[];
  readonly held: readonly Held[];
  readonly waiting: readonly Waiting[];
  /** What somebody should know, though it changes nothing: who stands in, which partner is not let in. */
  readonly notes: readonly DesiredNote[];
};

/** What the source named and could not be read: nothing that concerns it is touched. */
export type Quarantined = {
  /** Source ids. */
  readonly people: ReadonlySet<string>;
  /** Units, groups and projects. */
  readonly owners: ReadonlySet<string>;
};

export const NOTHING_QUARANTINED: Quarantined = { people: new Set(), owners: new Set() };

export type PlanOptions = {
  /** Which units somebody is waiting for. */
  readonly urgent: (unit: string) => boolean;
  readonly limits: BrakeLimits;
  /** What was done within the last day. */
  readonly counted: readonly BrakeEntry[];
  readonly quarantined: Quarantined;
  /** Accounts locked at or before this moment are erased; milliseconds since 1970. */
  readonly graceOverBefore: number;
};

/**
 * Compares what shall be with what is. Pure, total, in a deterministic order: what is urgent first,
 * leavers' access before all; then the organisation's own order, removals last. An applied plan makes
 * the next one empty, except for what the brake holds.
 */
export function plan(desired: Desired, observed: Observed, options: PlanOptions): Plan {
  const { counted, graceOverBefore, limits, quarantined, urgent } = options;
  const facts: BrakeFacts = {
    limits,
    counted,
    people: new Set(
      [...observed.accounts.values()]
        .filter(({ applied, lockedAt }) => applied !== undefined && lockedAt === undefined)
        .map(({ userId }) => userId),
    ),
    ownerPeople: ownerPeopleOf(observed),
    rooms: observed.rooms.size,
    sourceIsEmpty: desired.accounts.length === 0,
  };
  const unread = quarantineOf(observed, quarantined);
  const all = removalsOf(desired, observed);
  const readable = part(all, unread);
  const braked = brakeRemovals(
    readable.go.filter((action) => !isRepair(action)),
    facts,
  );
  const removals = [...braked.go, ...readable.go.filter(isRepair)];
  const erasures = brakeBulk(
    part(erasuresOf(desired, observed, graceOverBefore), unread).go,
    (action) =>
      action.kind === "erase-account" ? { kind: "erasure", subject: action.userId } : undefined,
    facts,
  );
  const heldRemovals = [...readable.held, ...braked.held];
  // A source that names nobody is taken at its word in nothing.
  if (braked.held.some(({ cause }) => cause.scope === "empty-source"))
    return { actions: [], held: heldRemovals, waiting: [], notes: desired.notes };

  const additions = additionsOf(desired, observed, urgent);
  const waitsWithRemovals = part(additions, (action) => waitsWith(action, heldRemovals));
  const bulk = brakeBulk(waitsWithRemovals.go, bulkKindOf, facts);
  const actions: Action[] = [
    ...removals.filter(({ kind }) => kind === "lock-account"),
    ...bulk.go,
    ...removals.filter(({ kind }) => kind !== "lock-account"),
    ...erasures.go,
  ];
  return {
    actions: urgentFirst(actions),
    held: [...heldRemovals, ...waitsWithRemovals.held, ...bulk.held, ...erasures.held],
    waiting: waitingOf(desired, observed),
    notes: desired.notes,
  };
}

/**
 * A plan of which two people have approved what the brake held: it is done with the rest. What could
 * not be read still waits, and what an empty source would take away.
 */
export function released({ actions, held, notes, waiting }: Plan): Plan {
  return {
    actions: urgentFirst([
      ...held.filter((one) => !stays(one)).map(({ action }) => action),
      ...actions,
    ]),
    held: held.filter(stays),
    waiting,
    notes,
  };
}

/** Who came in without us loses nothing that was ever theirs: that is repair, and waits for nobody. */
const isRepair = ({ reason }: RemovalAction): boolean => reason.rule === "person-was-let-in";

const stays = ({ cause: { scope } }: Held): boolean =>
  scope === "quarantined" || scope === "empty-source";

function additionsOf(
  desired: Desired,
  observed: Observed,
  urgent: (unit: string) => boolean,
): readonly Action[] {
  const urgentPeople = new Set(
    desired.rooms.filter(({ owner }) => urgent(owner)).flatMap(({ members }) => members),
  );
  const accounts = desired.accounts.flatMap((account) =>
    accountActions(account, observed, urgentPeople.has(account.userId)),
  );
  const coming = new Set(accounts.map(({ id }) => id));
  const accountOf = new Map(
    desired.accounts.map(({ userId, sourceId }) => [userId, accountId(sourceId)]),
  );
  const needsOf = (userId: string): readonly string[] => {
    const id = accountOf.get(userId);
    return id !== undefined && coming.has(id) ? [id] : [];
  };
  const known = (key: string) => observed.rooms.has(key);
  return [
    ...accounts,
    ...desired.rooms.flatMap((room) => [
      ...roomActions(room, observed.rooms.get(room.key), known, urgent(room.owner), needsOf),
      ...memberActions(room, observed, urgent(room.owner), needsOf),
    ]),
  ];
}

function accountActions(
  account: DesiredAccount,
  observed: Observed,
  urgent: boolean,
): readonly Action[] {
  const known = observed.accounts.get(account.sourceId);
  const before = known?.applied;
  const isBack = known?.lockedAt !== undefined;
  const isSame = before?.displayName === account.displayName && before.mail === account.mail;
  if (isSame && !isBack) return [];
  const rule = isBack
    ? "person-is-back"
    : before === undefined
      ? "person-is-new"
      : "person-has-changed";
  return [
    {
      kind: "put-account",
      id: accountId(account.sourceId),
      reason: { rule, subject: account.sourceId },
      needs: [],
      urgent,
      account,
    },
  ];
}

function roomActions(
  room: DesiredRoom,
  observed: ObservedRoom | undefined,
  known: (key: string) => boolean,
  urgent: boolean,
  accountNeeds: (userId: string) => readonly string[],
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
  const pieces = piecesOf(room).filter((piece) => {
    if (observed === undefined) return !isBirthState(piece);
    if (!roomsIn(piece).every(known)) return true;
    return !sameJson(observed.applied[pieceName(piece)], pieceValue(piece));
  });
  // What differs later is told as drift, and mended by its members.
  if (room.entry === "invitation")
    return [...creation, ...handOver(room, observed, urgent, accountNeeds)];
  return [
    ...creation,
    ...pieces.map((piece): Action => {
      const name = pieceName(piece);
      const rule = stateRule(observed, name);
      return {
        kind: "set-state",
        id: stateId(room.key, name),
        reason: { rule, subject: room.key },
        needs: waitFor([room.key, ...roomsIn(piece)]),
        urgent,
        key: room.key,
        piece,
      };
    }),
  ];
}

/** Its first people are invited; as soon as one of them is in it, we are not, and it is theirs. */
function handOver(
  { key, members }: DesiredRoom,
  observed: ObservedRoom | undefined,
  urgent: boolean,
  accountNeeds: (userId: string) => readonly string[],
): readonly Action[] {
  if (observed?.isOurs === false) return [];
  const invites = members.filter((userId) => observed?.members.has(userId) !== true);
  const common = { reason: { rule: "room-is-its-members", subject: key }, urgent, key };
  const made = observed === undefined ? [createId(key)] : [];
  return [
    ...(invites.length === 0
      ? []
      : [
          {
            kind: "hand-over",
            id: handOverId(key),
            needs: [...made, ...invites.flatMap(accountNeeds)],
            invites,
            ...common,
          } as const,
        ]),
    ...(observed?.hasJoined === true
      ? [
          {
            kind: "step-out",
            id: stepOutId(key),
            needs: invites.length === 0 ? [] : [handOverId(key)],
            ...common,
          } as const,
        ]
      : []),
  ];
}

function stateRule(observed: ObservedRoom | undefined, name: string): string {
  if (observed === undefined) return "room-is-new";
  if (observed.heard.has(name)) return "somebody-changed-it";
  if (Object.keys(observed.applied).length === 0) return "room-was-found";
  return observed.applied[name] === undefined ? "room-lacks-it" : "room-differs";
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
  const isHere = (userId: string) => here?.members.has(userId) === true;
  const made = here === undefined ? [createId(room.key)] : [];
  const common = (userId: string, rule: string) => ({
    id: joinId(room.key, userId),
    reason: { rule, subject: room.key },
    urgent,
    key: room.key,
    userId,
  });
  const joins =
    room.entry === "invitation"
      ? []
      : room.members
          .filter((userId) => !isHere(userId))
          .map((userId): Action => {
            const isInSpace = throughSpace === undefined || space?.members.has(userId) === true;
            return {
              kind: "join",
              ...common(userId, "person-belongs-to-unit"),
              needs: [
                ...made,
                ...accountNeeds(userId),
                ...(isInSpace ? [] : [joinId(throughSpace, userId)]),
              ],
            };
          });
  const invitations = room.invited
    .filter((userId) => !isHere(userId))
    .map((userId): Action => ({
      kind: "invite",
      ...common(userId, "partner-belongs-to-project"),
      needs: made,
    }));
  return [...joins, ...invitations];
}

function waitingOf(desired: Desired, observed: Observed): readonly Waiting[] {
  return desired.rooms.flatMap(({ entry, key, members }) => {
    const room = observed.rooms.get(key);
    if (entry !== "invitation" || room === undefined) return [];
    return members.filter((userId) => !room.members.has(userId)).map((userId) => ({ key, userId }));
  });
}

/** What concerns a person, unit, group or project that the source names but could not be read. */
function quarantineOf(
  observed: Observed,
  { owners, people }: Quarantined,
): (action: Action) => BrakeCause | undefined {
  const users = new Set(
    [...people].flatMap((sourceId) => observed.accounts.get(sourceId)?.userId ?? []),
  );
  const cause: BrakeCause = { scope: "quarantined", removals: 0, allowed: 0 };
  return (action) => {
    if ("userId" in action && users.has(action.userId)) return cause;
    return "owner" in action && action.owner !== undefined && owners.has(action.owner)
      ? cause
      : undefined;
  };
}

/**
 * Why a change waits together with removals: power that people lose because a cut-off export does not
 * name them any more, or because their entry could not be read.
 */
function waitsWith(action: Action, held: readonly Held[]): BrakeCause | undefined {
  if (bulkKindOf(action)?.kind !== "power" || action.kind !== "set-state") return undefined;
  const owner = ownerOfKey(action.key);
  return held.find(
    ({ action: waits, cause: { scope, unit } }) =>
      scope === "source" ||
      unit === owner ||
      (scope === "quarantined" && "key" in waits && ownerOfKey(waits.key) === owner),
  )?.cause;
}

const BULK_KINDS: Readonly<Record<string, BrakeKind>> = {
  "m.room.power_levels": "power",
  "m.room.encryption": "encryption",
  [ROOM_CLASS_TYPE]: "class",
};

const CHANGES: ReadonlySet<string> = new Set(["room-differs", "room-lacks-it"]);

/** What a change of a room that stands already counts as; what is new or repaired does not count. */
export function bulkKindOf(
  action: Action,
): { readonly kind: BrakeKind; readonly subject: string } | undefined {
  if (action.kind !== "set-state" || !CHANGES.has(action.reason.rule)) return undefined;
  const kind = BULK_KINDS[pieceName(action.piece)];
  return kind === undefined ? undefined : { kind, subject: action.key };
}

/** What is urgent, and all that it waits for, first: the space above a unit must not queue behind a city. */
function urgentFirst(actions: readonly Action[]): readonly Action[] {
  const needsOf = new Map(actions.map(({ id, needs }) => [id, needs]));
  const urgent = new Set<string>();
  const open = actions.filter((action) => action.urgent).map(({ id }) => id);
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (urgent.has(id)) continue;
    urgent.add(id);
    open.push(...(needsOf.get(id) ?? []));
  }
  return [
    ...actions.filter(({ id }) => urgent.has(id)).map((action) => ({ ...action, urgent: true })),
    ...actions.filter(({ id }) => !urgent.has(id)),
  ];
}
