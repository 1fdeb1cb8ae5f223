import { isRecord } from "../failure.ts";
import { integerIn, recordIn, stringIn } from "./content.ts";
import type { RoomState } from "./raw-event.ts";

/** From this room version on, creators stand above all power levels. Source: room version 12 (MSC4289). */
const CREATORS_ABOVE_ALL = 12;

/**
 * Whether somebody who is in the room may send messages to it. A room that is encrypted counts as closed:
 * this client must not write into it in clear.
 */
export function mayWrite(state: RoomState, userId: string): boolean {
  if (state.content("m.room.encryption", "") !== undefined) return false;
  if (state.content("m.room.tombstone", "") !== undefined) return false;
  const levels = state.content("m.room.power_levels", "");
  const needed =
    integerIn(recordIn(levels, "events"), "m.room.message") ??
    integerIn(levels, "events_default") ??
    0;
  return powerOf(state, userId) >= needed;
}

function powerOf(state: RoomState, userId: string): number {
  const create = state.content("m.room.create", "");
  const creator = state.sender("m.room.create", "") ?? stringIn(create, "creator");
  const version = Number(stringIn(create, "room_version") ?? "1");
  if (version >= CREATORS_ABOVE_ALL) {
    const others = isRecord(create) ? create["additional_creators"] : undefined;
    if (userId === creator || (Array.isArray(others) && others.includes(userId))) return Infinity;
  }
  const levels = state.content("m.room.power_levels", "");
  if (levels === undefined) return userId === creator ? 100 : 0;
  const users = recordIn(levels, "users");
  const own = Object.hasOwn(users, userId) ? integerIn(users, userId) : undefined;
  return own ?? integerIn(levels, "users_default") ?? 0;
}
