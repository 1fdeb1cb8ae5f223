// Test helper: what a carried-out plan leaves behind, without a homeserver or a store.
import type { Organisation } from "../organisation/index.ts";
import type { Action } from "./action.ts";
import type { BrakeEntry } from "./brake.ts";
import { desiredState } from "./desired.ts";
import type { Desired } from "./desired.ts";
import type { Observed, ObservedRoom } from "./observed.ts";
import { isBirthState, pieceName, piecesOf, pieceValue } from "./pieces.ts";
import { NOTHING_QUARANTINED, plan } from "./plan.ts";
import type { Plan, PlanOptions } from "./plan.ts";
import type { Policy } from "../policy/index.ts";

export const NOTHING: Observed = { accounts: new Map(), rooms: new Map() };

export const userIdOf = (sourceId: string): string => `@${sourceId}:t`;

/** The day on which simulations take place. */
export const TODAY = "2026-11-24";

export const desiredOf = (organisation: Organisation, policy: Policy): Desired =>
  desiredState(organisation, policy, { userIdOf, serverName: "t", today: TODAY });

/** A moment of which nobody was locked before. */
export const NO_GRACE_OVER = -1;

export const planOf = (
  organisation: Organisation,
  policy: Policy,
  observed: Observed = NOTHING,
  urgent: (unit: string) => boolean = () => false,
  counted: readonly BrakeEntry[] = [],
  options: Partial<PlanOptions> = {},
): Plan =>
  plan(desiredOf(organisation, policy), observed, {
    urgent,
    limits: policy.brake,
    counted,
    quarantined: NOTHING_QUARANTINED,
    graceOverBefore: NO_GRACE_OVER,
    ...options,
  });

/** When accounts are locked in a simulation. */
export const LOCKED_AT = 1000;

type Draft = Omit<ObservedRoom, "applied" | "heard" | "members" | "strangers" | "isOurs"> & {
  applied: Record<string, unknown>;
  heard: Set<string>;
  members: Set<string>;
  strangers: Set<string>;
  isOurs: boolean;
};

/** What is observed after some actions were carried out on what was observed before. */
export function afterwards(before: Observed, actions: readonly Action[]): Observed {
  const accounts = new Map(before.accounts);
  const rooms = new Map(
    [...before.rooms].map(([key, room]): [string, Draft] => [
      key,
      {
        ...room,
        applied: { ...room.applied },
        heard: new Set(room.heard),
        members: new Set(room.members),
        strangers: new Set(room.strangers),
      },
    ]),
  );
  const roomAt = (key: string) => {
    const room = rooms.get(key);
    if (room === undefined) throw new Error(`${key} is used before it is made`);
    return room;
  };
  for (const action of actions) {
    switch (action.kind) {
      case "put-account": {
        const { sourceId, userId, displayName, mail } = action.account;
        accounts.set(sourceId, { userId, applied: { displayName, mail }, lockedAt: undefined });
        break;
      }
      case "create-room": {
        const { room } = action;
        if (rooms.has(room.key)) throw new Error(`${room.key} is made twice`);
        const applied = Object.fromEntries(
          piecesOf(room)
            .filter(isBirthState)
            .map((piece) => [pieceName(piece), pieceValue(piece)]),
        );
        rooms.set(room.key, {
          roomId: `!${room.key}`,
          applied,
          heard: new Set(),
          members: new Set(),
          strangers: new Set(),
          isOurs: room.entry === "invitation",
          hasJoined: false,
        });
        break;
      }
      case "set-state":
        roomAt(action.key).applied[pieceName(action.piece)] = pieceValue(action.piece);
        roomAt(action.key).heard.delete(pieceName(action.piece));
        break;
      case "hand-over":
        for (const userId of action.invites) roomAt(action.key).members.add(userId);
        break;
      case "step-out":
        roomAt(action.key).isOurs = false;
        break;
      case "join":
      case "invite":
        roomAt(action.key).members.add(action.userId);
        break;
      case "remove-member":
      case "leave-room":
        roomAt(action.key).members.delete(action.userId);
        break;
      case "erase-account":
        accounts.delete(action.sourceId);
        break;
      case "lock-account": {
        const account = accounts.get(action.sourceId);
        if (account === undefined) throw new Error(`${action.sourceId} is locked but unknown`);
        accounts.set(action.sourceId, { ...account, lockedAt: LOCKED_AT });
        break;
      }
    }
  }
  return { accounts, rooms };
}

/** The actions in an order in which each comes after what it needs. @throws Error on a circle */
export function inOrderOfNeed(actions: readonly Action[]): readonly Action[] {
  const ordered: Action[] = [];
  const done = new Set<string>();
  let waiting = actions;
  while (waiting.length > 0) {
    const ready = waiting.filter(({ needs }) => needs.every((need) => done.has(need)));
    if (ready.length === 0) {
      const [first] = waiting;
      throw new Error(`${first?.id} waits in vain for ${first?.needs.join(", ")}`);
    }
    for (const action of ready) done.add(action.id);
    ordered.push(...ready);
    waiting = waiting.filter(({ id }) => !done.has(id));
  }
  return ordered;
}

/** What is observed once an organisation was provisioned whole, on top of what was there. */
export function provisioned(
  organisation: Organisation,
  policy: Policy,
  before: Observed = NOTHING,
): Observed {
  return afterwards(before, inOrderOfNeed(planOf(organisation, policy, before).actions));
}
