import type { Homeserver } from "../homeserver/index.ts";
import type { Mirror } from "./mirror.ts";
import { isBirthState, pieceName, piecesOf, pieceValue } from "./plan.ts";
import type { Action } from "./plan.ts";
import { resolvePiece } from "./resolve.ts";
import { runTasks } from "./scheduler.ts";
import type { Outcome } from "./scheduler.ts";

/**
 * How many requests the homeserver is given at once; more only queue inside it. While nobody waits for
 * provisioning it gets few, so that those who work are not behind it in the queue.
 */
const WIDTH = { urgent: 6, rest: 2 };

/** Read by the person in their client, and by everybody in the room. */
const REMOVAL_REASON = "Gehört laut Verzeichnis nicht mehr dazu.";

/** Carries out a plan's actions on the homeserver, noting each in the mirror as it is done. */
export class Executor {
  readonly #homeserver: Homeserver;
  readonly #mirror: Mirror;

  constructor(homeserver: Homeserver, mirror: Mirror) {
    this.#homeserver = homeserver;
    this.#mirror = mirror;
  }

  async apply(
    actions: readonly Action[],
    onOutcome: (outcome: Outcome<Action>) => void,
  ): Promise<void> {
    const ids = new Map([...(await this.#mirror.roomIds())].map(([roomId, key]) => [key, roomId]));
    const states = new Map<string, Promise<void>>();
    await runTasks(actions, WIDTH, (action) => this.#carryOut(action, ids, states), onOutcome);
  }

  async #carryOut(
    action: Action,
    ids: Map<string, string>,
    states: Map<string, Promise<void>>,
  ): Promise<void> {
    const server = this.#homeserver;
    const idOf = (key: string): string => {
      const roomId = ids.get(key);
      if (roomId === undefined) throw new Error(`${key} has no room.`);
      return roomId;
    };
    switch (action.kind) {
      case "put-account":
        await server.putAccount(action.account.userId, action.account);
        return this.#mirror.noteAccount(action.account);
      case "create-room": {
        const { room } = action;
        const roomId = await server.createRoom({
          isSpace: room.isSpace,
          name: room.name,
          topic: room.topic,
          powerLevels: room.powerLevels,
          state: room.state
            .filter(isBirthState)
            .map((piece) => resolvePiece(piece, (key) => ids.get(key), server.serverName)),
        });
        const written = piecesOf(room).filter(isBirthState);
        await this.#mirror.noteRoom(
          room.key,
          roomId,
          Object.fromEntries(written.map((piece) => [pieceName(piece), pieceValue(piece)])),
        );
        ids.set(room.key, roomId);
        return;
      }
      case "set-state": {
        const { key, piece } = action;
        await server.setState(
          idOf(key),
          resolvePiece(piece, (room) => ids.get(room), server.serverName),
        );
        // One note after the other for each room: the notes of a room lie in one row.
        const before = states.get(key) ?? Promise.resolve();
        const note = before.then(() =>
          this.#mirror.noteState(key, pieceName(piece), pieceValue(piece)),
        );
        states.set(
          key,
          note.catch(() => {}),
        );
        return note;
      }
      case "admit":
        await server.invite(idOf(action.key), action.userId);
        await server.join(idOf(action.key), action.userId);
        return this.#mirror.noteMember(action.key, action.userId);
      case "join":
        await server.join(idOf(action.key), action.userId);
        return this.#mirror.noteMember(action.key, action.userId);
      case "remove-member":
        await server.remove(idOf(action.key), action.userId, REMOVAL_REASON);
        return this.#mirror.noteRemoval(action.key, action.userId, action.unit);
      case "lock-account":
        await server.lockAccount(action.userId);
        return this.#mirror.noteLock(action.sourceId, action.userId);
    }
  }
}
