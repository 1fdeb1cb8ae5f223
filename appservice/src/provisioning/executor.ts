import type { AuditEntry, Actor } from "../audit/index.ts";
import type { Homeserver } from "../homeserver/index.ts";
import type { Action } from "./action.ts";
import { bulkKindOf } from "./plan.ts";
import type { Change, Journal, Note } from "./journal.ts";
import type { Observed } from "./observed.ts";
import { isBirthState, pieceName, piecesOf, pieceValue } from "./pieces.ts";
import { resolvePiece } from "./resolve.ts";
import { runTasks } from "./scheduler.ts";
import type { Outcome } from "./scheduler.ts";
import type { UndoStep } from "./undo.ts";

/**
 * How many requests the homeserver is given at once; more only queue inside it. While nobody waits for
 * provisioning it gets few, so that those who work are not behind it in the queue.
 */
const WIDTH = { urgent: 6, rest: 2 };

/** Read by the person in their client, and by everybody in the room. */
const REMOVAL_REASON = "Gehört laut Verzeichnis nicht mehr dazu.";

export type ExecutorOptions = {
  readonly homeserver: Homeserver;
  readonly journal: Journal;
  /** What was observed when the actions were planned. */
  readonly observed: Observed;
  /** Who a Matrix ID stands for, by source id: the audit log names nobody by account. */
  readonly sourceIdOf: (userId: string) => string | undefined;
  readonly actor: Actor;
  readonly runId: string;
  readonly signal?: AbortSignal;
  /** Filled with the room and person of each entry that is under way. */
  readonly expected?: Set<string>;
};

/** Carries out a plan's actions on the homeserver, writing each down as it is done. */
export class Executor {
  readonly #options: ExecutorOptions;
  readonly #ids: Map<string, string>;

  constructor(options: ExecutorOptions) {
    this.#options = options;
    this.#ids = new Map([...options.observed.rooms].map(([key, { roomId }]) => [key, roomId]));
  }

  async apply(
    actions: readonly Action[],
    onOutcome: (outcome: Outcome<Action>) => void,
  ): Promise<void> {
    await runTasks(
      actions,
      WIDTH,
      {
        carryOut: (action) => this.#carryOut(action),
        togetherBy: (action) => (action.kind === "join" ? action.key : undefined),
        carryOutTogether: (together) => this.#joinTogether(together),
      },
      onOutcome,
      this.#options.signal,
    );
  }

  async #carryOut(action: Action): Promise<void> {
    const { homeserver, journal } = this.#options;
    switch (action.kind) {
      case "put-account":
        await homeserver.putAccount(action.account.userId, action.account);
        break;
      case "create-room":
        return this.#createRoom(action);
      case "set-state":
        await homeserver.setState(
          this.#idOf(action.key),
          resolvePiece(action.piece, (room) => this.#ids.get(room), homeserver.serverName),
        );
        break;
      case "hand-over": {
        const roomId = this.#idOf(action.key);
        for (const userId of action.invites) await homeserver.invite(roomId, userId);
        break;
      }
      case "step-out":
        await homeserver.leave(this.#idOf(action.key), homeserver.provisioningUser);
        break;
      case "join":
        return this.#throwFirst(await this.#joinTogether([action]));
      case "invite":
        await homeserver.invite(this.#idOf(action.key), action.userId);
        break;
      case "remove-member":
        await homeserver.remove(this.#idOf(action.key), action.userId, REMOVAL_REASON);
        break;
      case "leave-room":
        await homeserver.leave(this.#idOf(action.key), action.userId);
        break;
      case "lock-account":
        await homeserver.lockAccount(action.userId);
        break;
      case "erase-account":
        await homeserver.eraseAccount(action.userId);
        break;
    }
    await journal.write(this.#changeOf(action));
  }

  async #createRoom(action: Extract<Action, { kind: "create-room" }>): Promise<void> {
    const { homeserver, journal } = this.#options;
    const { room } = action;
    const roomId = await homeserver.createRoom({
      isSpace: room.isSpace,
      name: room.name,
      topic: room.topic,
      powerLevels: room.powerLevels,
      additionalCreators: room.additionalCreators,
      federated: room.federated,
      state: room.state
        .filter(isBirthState)
        .map((piece) => resolvePiece(piece, (key) => this.#ids.get(key), homeserver.serverName)),
    });
    const applied = Object.fromEntries(
      piecesOf(room)
        .filter(isBirthState)
        .map((piece) => [pieceName(piece), pieceValue(piece)]),
    );
    await journal.write({
      notes: [
        { kind: "room", key: room.key, roomId, applied },
        ...(room.entry === "invitation"
          ? [{ kind: "member", key: room.key, userId: homeserver.provisioningUser } as const]
          : []),
      ],
      counts: [],
      undo: undefined,
      audit: this.#auditOf(action, { roomId }),
    });
    this.#ids.set(room.key, roomId);
  }

  async #joinTogether(together: readonly Action[]): Promise<readonly (Error | undefined)[]> {
    const joins = together.flatMap((action) => (action.kind === "join" ? [action] : []));
    const [first] = joins;
    if (first === undefined) return [];
    const roomId = this.#idOf(first.key);
    const { expected, homeserver } = this.#options;
    const entries = joins.map(({ userId }) => `${roomId} ${userId}`);
    for (const entry of entries) expected?.add(entry);
    try {
      return await this.#joinAndNote(
        joins,
        await homeserver.joinMany(
          roomId,
          joins.map(({ userId }) => userId),
        ),
      );
    } finally {
      for (const entry of entries) expected?.delete(entry);
    }
  }

  #joinAndNote(
    joins: readonly Extract<Action, { kind: "join" }>[],
    answers: Awaited<ReturnType<Homeserver["joinMany"]>>,
  ): Promise<readonly (Error | undefined)[]> {
    return Promise.all(
      joins.map(async (action) => {
        const answer = answers.get(action.userId);
        if (answer !== "joined") return answer ?? new Error("The homeserver said nothing of them.");
        await this.#options.journal.write(this.#changeOf(action));
        return undefined;
      }),
    );
  }

  #throwFirst([first]: readonly (Error | undefined)[]): void {
    if (first !== undefined) throw first;
  }

  #idOf(key: string): string {
    const roomId = this.#ids.get(key);
    if (roomId === undefined) throw new Error(`${key} has no room.`);
    return roomId;
  }

  #changeOf(action: Action): Change {
    const bulk = bulkKindOf(action);
    return {
      notes: notesOf(action, this.#options.homeserver.provisioningUser),
      counts: [
        ...(bulk === undefined ? [] : [{ ...bulk, owner: undefined }]),
        ...(action.kind === "erase-account"
          ? [{ kind: "erasure", subject: action.userId, owner: undefined } as const]
          : []),
        ...("owner" in action && action.reason.rule !== "person-was-let-in"
          ? [{ kind: "loss", subject: action.userId, owner: action.owner } as const]
          : []),
      ],
      undo: this.#undoOf(action),
      audit: this.#auditOf(action),
    };
  }

  #undoOf(action: Action): UndoStep | undefined {
    const { accounts, rooms } = this.#options.observed;
    switch (action.kind) {
      case "put-account": {
        const { sourceId, userId } = action.account;
        const before = accounts.get(sourceId);
        if (before?.applied === undefined) return { kind: "lock-account", sourceId, userId };
        return {
          kind: "put-account",
          sourceId,
          userId,
          ...before.applied,
          locked: before.lockedAt !== undefined,
        };
      }
      case "lock-account": {
        const { sourceId, userId } = action;
        const applied = accounts.get(sourceId)?.applied;
        return applied === undefined
          ? undefined
          : { kind: "put-account", sourceId, userId, ...applied, locked: false };
      }
      case "join":
      case "invite":
        return { kind: "remove-member", key: action.key, userId: action.userId };
      case "remove-member":
        return { kind: "join", key: action.key, userId: action.userId };
      case "set-state": {
        const name = pieceName(action.piece);
        const value = rooms.get(action.key)?.applied[name];
        return { kind: "set-state", key: action.key, name, value };
      }
      // Their members alone let people into a confidential room; a room stays; erasure is for good.
      case "create-room":
      case "hand-over":
      case "step-out":
      case "leave-room":
      case "erase-account":
        return undefined;
    }
  }

  #auditOf(action: Action, details: Readonly<Record<string, unknown>> = {}): AuditEntry {
    const { actor, runId, sourceIdOf } = this.#options;
    const person =
      "userId" in action && !("sourceId" in action)
        ? { person: sourceIdOf(action.userId) ?? action.userId }
        : {};
    const piece = action.kind === "set-state" ? { state: pieceName(action.piece) } : {};
    return {
      actor,
      action: AUDIT_WORDS[action.kind],
      subject: subjectOf(action),
      reason: action.reason.rule,
      details: { run: runId, ...person, ...piece, ...details },
    };
  }
}

const AUDIT_WORDS: Readonly<Record<Action["kind"], string>> = {
  "put-account": "account.written",
  "create-room": "room.created",
  "set-state": "room.state-written",
  "hand-over": "room.handed-over",
  "step-out": "room.left",
  join: "member.let-in",
  invite: "member.invited",
  "remove-member": "member.removed",
  "leave-room": "member.removed",
  "lock-account": "account.locked",
  "erase-account": "account.erased",
};

function subjectOf(action: Action): string {
  switch (action.kind) {
    case "put-account":
      return action.account.sourceId;
    case "lock-account":
    case "erase-account":
      return action.sourceId;
    case "create-room":
      return action.room.key;
    case "set-state":
    case "hand-over":
    case "step-out":
    case "join":
    case "invite":
    case "remove-member":
    case "leave-room":
      return action.key;
  }
}

function notesOf(action: Action, provisioningUser: string): readonly Note[] {
  switch (action.kind) {
    case "put-account": {
      const { displayName, mail, sourceId } = action.account;
      return [{ kind: "account", sourceId, displayName, mail }];
    }
    case "set-state": {
      const { key, piece } = action;
      return [{ kind: "state", key, name: pieceName(piece), value: pieceValue(piece) }];
    }
    case "hand-over":
      return action.invites.map((userId) => ({ kind: "member", key: action.key, userId }));
    case "step-out":
      return [{ kind: "gone", key: action.key, userId: provisioningUser }];
    case "join":
    case "invite":
      return [{ kind: "member", key: action.key, userId: action.userId }];
    case "remove-member":
    case "leave-room":
      return [{ kind: "gone", key: action.key, userId: action.userId }];
    case "lock-account":
      return [{ kind: "locked", sourceId: action.sourceId }];
    case "erase-account":
      return [{ kind: "erased", sourceId: action.sourceId, userId: action.userId }];
    case "create-room":
      return [];
  }
}
