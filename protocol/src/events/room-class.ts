import { z } from "zod";
import { PREFIX } from "../prefix.ts";
import { versionedParser } from "./parse.ts";

/** State event, empty state key: how a room's content is protected and recorded. Only the provisioning account writes it. */
export const ROOM_CLASS_TYPE = `${PREFIX}.room.class`;

/** From least to most protected; a client only ever moves to the right. */
export const PROTECTIONS = ["offen", "intern", "vertraulich"] as const;
export const RECORDS = ["fluechtig", "akte"] as const;

export const RoomClassContent = z.object({
  version: z.literal(1),
  protection: z.enum(PROTECTIONS),
  record: z.enum(RECORDS),
});
export type RoomClassContent = z.infer<typeof RoomClassContent>;
export type Protection = RoomClassContent["protection"];

export const parseRoomClass = versionedParser(1, RoomClassContent);

export const roomClassSample: RoomClassContent = {
  version: 1,
  protection: "intern",
  record: "fluechtig",
};

/**
 * The protection a client must assume: what the event says, never below what it has already seen for
 * this room, and `vertraulich` where nothing readable is known.
 */
export function effectiveProtection(
  content: unknown,
  seenBefore: Protection | undefined,
): Protection {
  const parsed = parseRoomClass(content);
  const said = parsed.kind === "ok" ? parsed.value.protection : "vertraulich";
  if (seenBefore === undefined) return said;
  return PROTECTIONS.indexOf(seenBefore) > PROTECTIONS.indexOf(said) ? seenBefore : said;
}
