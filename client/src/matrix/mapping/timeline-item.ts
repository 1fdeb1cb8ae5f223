import type { LastMessage, StateChange, TimelineItem } from "../door.ts";
import { isRecord } from "../failure.ts";
import { label, recordIn, stringIn } from "./content.ts";
import type { RawEvent } from "./raw-event.ts";

const SHOWN_AS_TEXT = new Set(["m.text", "m.notice", "m.emote"]);

/**
 * What a room's timeline shows for an event; undefined: nothing. Never throws, whatever the event holds.
 *
 * @param key stable from the local echo on
 * @param me the Matrix ID of the person who looks
 */
export function timelineItem(event: RawEvent, key: string, me: string): TimelineItem | undefined {
  const base = {
    key,
    eventId: event.eventId,
    senderId: event.senderId,
    senderName: label(event.senderName) || event.senderId,
    sentAt: event.sentAt,
    mine: event.senderId === me,
  };
  if (event.stateKey !== undefined) {
    const change = event.redacted ? undefined : stateChange(event, event.stateKey);
    return change === undefined ? undefined : { kind: "change", ...base, change };
  }
  if (!isMessage(event)) return undefined;
  if (event.redacted) return { kind: "removed", ...base };
  const body = stringIn(event.content, "body");
  const kind = stringIn(event.content, "msgtype");
  if (
    event.type === "m.room.message" &&
    body !== undefined &&
    kind !== undefined &&
    SHOWN_AS_TEXT.has(kind)
  ) {
    const state = { kind: "sent" } as const;
    return { kind: "text", ...base, text: body, emote: kind === "m.emote", state };
  }
  return { kind: "other", ...base, fallback: body ?? textOf(event.content) ?? "" };
}

/** The last line of a room in the list; undefined for what is not a message. */
export function lastMessage(event: RawEvent, me: string): LastMessage | undefined {
  const item = timelineItem(event, event.eventId, me);
  if (item === undefined || (item.kind !== "text" && item.kind !== "other")) return undefined;
  const text = item.kind === "text" ? item.text : item.fallback;
  const { senderId, senderName, sentAt, mine } = item;
  return { senderId, senderName, text: label(text), sentAt, mine };
}

/**
 * A message to people: what the specification calls so, what is encrypted, and of the types we do not
 * know those which carry a text for people like us. Edits stand in what they edit, reactions nowhere yet.
 */
function isMessage(event: RawEvent): boolean {
  const relation = recordIn(event.content, "m.relates_to")["rel_type"];
  if (relation === "m.replace" || relation === "m.annotation") return false;
  if (["m.room.message", "m.room.encrypted", "m.sticker"].includes(event.type)) return true;
  if (event.type.startsWith("m.") || event.redacted) return false;
  return (stringIn(event.content, "body") ?? textOf(event.content)) !== undefined;
}

/** The plain text of an extensible event: `m.text`, a list of representations. */
function textOf(content: unknown): string | undefined {
  const texts = isRecord(content) ? content["m.text"] : undefined;
  if (!Array.isArray(texts)) return undefined;
  const plain = texts.find((one: unknown) =>
    ["text/plain", undefined].includes(stringIn(one, "mimetype")),
  );
  return stringIn(plain, "body");
}

function stateChange(event: RawEvent, stateKey: string): StateChange["change"] | undefined {
  switch (event.type) {
    case "m.room.create":
      return { what: "created" };
    case "m.room.name": {
      const name = label(stringIn(event.content, "name"));
      const before = label(stringIn(event.previousContent, "name"));
      return name === "" || name === before ? undefined : { what: "renamed", name };
    }
    case "m.room.topic": {
      const topic = label(stringIn(event.content, "topic"));
      const before = label(stringIn(event.previousContent, "topic"));
      return topic === before ? undefined : { what: "topic", topic };
    }
    case "m.room.member":
      return memberChange(event, stateKey);
    default:
      return undefined;
  }
}

function memberChange(event: RawEvent, userId: string): StateChange["change"] | undefined {
  const membership = stringIn(event.content, "membership");
  const before = stringIn(event.previousContent, "membership");
  if (membership === before) return undefined;
  const name =
    label(stringIn(event.content, "displayname")) ||
    label(stringIn(event.previousContent, "displayname"));
  const who = name === "" ? userId : name;
  switch (membership ?? "") {
    case "join":
      return { what: "joined", who };
    case "invite":
      return { what: "invited", who };
    case "leave":
    case "ban":
      return { what: event.senderId === userId ? "left" : "removed", who };
    default:
      return undefined;
  }
}
