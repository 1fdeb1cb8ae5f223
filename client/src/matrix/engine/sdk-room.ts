import { NotificationCountType } from "matrix-js-sdk/lib/models/room.js";
import type { MatrixEvent } from "matrix-js-sdk/lib/models/event.js";
import type { Room } from "matrix-js-sdk/lib/models/room.js";
import type { RawEvent, RoomState } from "../mapping/raw-event.ts";
import type { RoomFacts } from "../mapping/room-summary.ts";
import type { SpaceFacts } from "../mapping/units.ts";

/**
 * Reads an event of the SDK; undefined if it has no form at all. An edit that counts stands in its content.
 */
export function rawEvent(room: Room, event: MatrixEvent, me: string): RawEvent | undefined {
  try {
    const eventId: unknown = event.getId();
    const type: unknown = event.getType();
    const senderId: unknown = event.getSender();
    const stateKey: unknown = event.getStateKey();
    const sentAt: unknown = event.getTs();
    if (typeof eventId !== "string" || typeof type !== "string" || typeof senderId !== "string") {
      return undefined;
    }
    const unsigned: Readonly<Record<string, unknown>> = event.getUnsigned();
    const transactionId = unsigned["transaction_id"];
    const name: unknown =
      event.sender?.rawDisplayName ?? room.getMember(senderId)?.rawDisplayName ?? "";
    return {
      eventId,
      type,
      senderId,
      senderName: typeof name === "string" ? name : "",
      stateKey: typeof stateKey === "string" ? stateKey : undefined,
      content: event.getContent(),
      previousContent: unsigned["prev_content"],
      sentAt: typeof sentAt === "number" && Number.isSafeInteger(sentAt) ? sentAt : 0,
      redacted: event.isRedacted(),
      transactionId:
        senderId === me && typeof transactionId === "string" ? transactionId : undefined,
    };
  } catch {
    // One event of an unforeseen form must not stop the room.
    return undefined;
  }
}

/** Cheap to make, and another one whenever a row made from the event could look different. */
export function versionOf(event: MatrixEvent): string {
  return `${event.isRedacted()} ${event.replacingEventId()} ${event.sender?.rawDisplayName}`;
}

export function stateOf(room: Room): RoomState {
  const find = (type: string, stateKey: string) => room.currentState.getStateEvents(type, stateKey);
  return {
    content: (type, stateKey) => find(type, stateKey)?.getContent(),
    sender: (type, stateKey) => find(type, stateKey)?.getSender(),
  };
}

export function factsOf(room: Room): RoomFacts {
  return {
    id: room.roomId,
    state: stateOf(room),
    nameFromMembers: room.name,
    members: room.getJoinedMemberCount(),
    unread: room.getUnreadNotificationCount(NotificationCountType.Total),
    mentions: room.getUnreadNotificationCount(NotificationCountType.Highlight),
  };
}

export function spaceFactsOf(room: Room): SpaceFacts {
  return {
    id: room.roomId,
    name: room.name,
    children: room.currentState.getStateEvents("m.space.child").map((event) => ({
      roomId: event.getStateKey() ?? "",
      content: event.getContent(),
      sentAt: event.getTs(),
    })),
  };
}

/** The person has joined it; and is it a space? */
export function kindOf(room: Room): "space" | "room" | "elsewhere" {
  if (room.getMyMembership() !== "join") return "elsewhere";
  return room.isSpaceRoom() ? "space" : "room";
}
