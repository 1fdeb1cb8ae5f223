import type { NewRoom } from "./homeserver.ts";

/** What can be said of a room only once: content of `m.room.create` (room version 12, MSC4289). */
export function creationContent(room: NewRoom): Readonly<Record<string, unknown>> {
  const { additionalCreators = [], federated = false, isSpace } = room;
  return {
    "m.federate": federated,
    ...(isSpace ? { type: "m.space" } : {}),
    ...(additionalCreators.length === 0 ? {} : { additional_creators: additionalCreators }),
  };
}
