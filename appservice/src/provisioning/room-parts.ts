import type { ManagedContent, RoomClassContent } from "@klaaf/protocol";
import { MANAGED_TYPE, ROOM_CLASS_TYPE } from "@klaaf/protocol";
import type { Policy, RoomRules } from "../policy/index.ts";
import type { StatePiece } from "./desired-room.ts";

export function plain(type: string, content: Readonly<Record<string, unknown>>): StatePiece {
  return { kind: "plain", type, content };
}

/**
 * Nobody comes in by themselves, and on our word by one event, where an invitation would be a second.
 * Whoever was invited may come in as well.
 */
export const BY_OUR_WORD = plain("m.room.join_rules", { join_rule: "restricted", allow: [] });
const BY_INVITATION = plain("m.room.join_rules", { join_rule: "invite" });

export const marker = (content: Omit<ManagedContent, "version">): StatePiece =>
  plain(MANAGED_TYPE, { version: 1, ...content });

export const NO_GUESTS = plain("m.room.guest_access", { guest_access: "forbidden" });

export const history = (visibility: RoomRules["historyVisibility"]): StatePiece =>
  plain("m.room.history_visibility", { history_visibility: visibility });

export const isConfidential = ({ protection }: Pick<RoomRules, "protection">): boolean =>
  protection === "vertraulich";

/** Who lets people in. */
export const entryOf = (rules: Pick<RoomRules, "protection">): "managed" | "invitation" =>
  isConfidential(rules) ? "invitation" : "managed";

/**
 * What every room that people write in says of itself, in the order in which it is written.
 *
 * @param parts `marker`, and `door` where another than by our word (or, confidential, by invitation)
 */
export function roomState(
  rules: Pick<RoomRules, "protection" | "record" | "historyVisibility">,
  policy: Policy,
  parts: {
    readonly marker: StatePiece;
    readonly door?: StatePiece | undefined;
    readonly parent?: StatePiece;
  },
): readonly StatePiece[] {
  const roomClass: RoomClassContent = {
    version: 1,
    protection: rules.protection,
    record: rules.record,
  };
  return [
    parts.marker,
    plain(ROOM_CLASS_TYPE, roomClass),
    isConfidential(rules) ? BY_INVITATION : (parts.door ?? BY_OUR_WORD),
    ...(parts.parent === undefined ? [] : [parts.parent]),
    history(rules.historyVisibility),
    NO_GUESTS,
    ...(policy.encryption[rules.protection]
      ? [plain("m.room.encryption", { algorithm: "m.megolm.v1.aes-sha2" })]
      : []),
  ];
}

/** Puts what placeholders stand for into a name or topic. */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (all, name: string) => values[name] ?? all);
}
