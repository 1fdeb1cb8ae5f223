import { effectiveProtection, parseRoomClass, ROOM_CLASS_TYPE } from "@klaaf/protocol";
import type { Protection } from "@klaaf/protocol";
import type { LastMessage, RoomSummary } from "../door.ts";
import { label, stringIn } from "./content.ts";
import type { RawEvent, RoomState } from "./raw-event.ts";
import { mayWrite } from "./room-rights.ts";
import { lastMessage } from "./timeline-item.ts";

/** What is known of a room besides its state, as the engine reads it from the SDK. */
export type RoomFacts = {
  readonly id: string;
  readonly state: RoomState;
  /** For a room without a name: the names of those in it, as the server suggests. */
  readonly nameFromMembers: string;
  readonly members: number;
  readonly unread: number;
  readonly mentions: number;
};

/** @param protectionSeen the strictest protection that was seen for this room before */
export function roomSummary(
  facts: RoomFacts,
  me: string,
  newest: { readonly last: LastMessage | undefined; readonly activeAt: number },
  protectionSeen: Protection | undefined,
): RoomSummary {
  const { id, state } = facts;
  return {
    id,
    name: label(stringIn(state.content("m.room.name", ""), "name")) || label(facts.nameFromMembers),
    topic: label(stringIn(state.content("m.room.topic", ""), "topic")),
    members: countOf(facts.members),
    last: newest.last,
    activeAt: newest.activeAt,
    unread: countOf(facts.unread),
    mentions: countOf(facts.mentions),
    canWrite: mayWrite(state, me),
    protection: effectiveProtection(classContent(state, me), protectionSeen),
  };
}

/**
 * The last message, and when it was said. Nothing else counts, so that a wave of joins does not turn the
 * list upside down, and rooms in which nothing was said stand at its end.
 *
 * @param events oldest first
 */
export function newestOf(
  events: readonly RawEvent[],
  me: string,
): { readonly last: LastMessage | undefined; readonly activeAt: number } {
  for (let index = events.length - 1; index >= 0; index -= 1) {
    const event = events[index];
    const last = event === undefined || event.redacted ? undefined : lastMessage(event, me);
    if (last !== undefined) return { last, activeAt: last.sentAt };
  }
  return { last: undefined, activeAt: 0 };
}

/**
 * The class that was said for a room; undefined if none is readable. It counts only from the provisioning
 * account: anybody else who could write it could make a confidential room look open.
 */
export function saidProtection(state: RoomState, me: string): Protection | undefined {
  const parsed = parseRoomClass(classContent(state, me));
  return parsed.kind === "ok" ? parsed.value.protection : undefined;
}

function classContent(state: RoomState, me: string): unknown {
  return state.sender(ROOM_CLASS_TYPE, "") === provisioningUserOf(me)
    ? state.content(ROOM_CLASS_TYPE, "")
    : undefined;
}

/** The account that provisions the server of this person. */
export function provisioningUserOf(userId: string): string {
  return `@provisioning${userId.slice(userId.indexOf(":"))}`;
}

function countOf(value: number): number {
  return Number.isSafeInteger(value) && value > 0 ? value : 0;
}
