import { Direction, EventTimeline } from "matrix-js-sdk/lib/models/event-timeline.js";
import type { MatrixClient } from "matrix-js-sdk/lib/client.js";
import type { Room } from "matrix-js-sdk/lib/models/room.js";

/** Pages without anything to show, after which the person is asked again. */
const MOST_PAGES = 5;

/**
 * Loads older events into the room's live timeline until something new can be shown or there is nothing
 * older. The SDK's own scrollback is not used: when a gap resets the timeline while an answer is under
 * way, it puts the old page before the new timeline, and the gap is never filled.
 *
 * @param shown whether one of the loaded events gives a row
 * @throws what the SDK throws when a request fails
 */
export async function loadEarlierInto(
  client: MatrixClient,
  room: Room,
  count: number,
  shown: () => number,
): Promise<void> {
  const before = shown();
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const timeline = room.getLiveTimeline();
    const token = timeline.getPaginationToken(EventTimeline.BACKWARDS);
    if (token === null) return;
    const answer = await client.createMessagesRequest(
      room.roomId,
      token,
      count,
      Direction.Backward,
    );
    // The timeline was replaced meanwhile: this page belongs below a gap. Ask again from the new one.
    if (room.getLiveTimeline() !== timeline) continue;
    const mapped = client.getEventMapper();
    if (answer.state !== undefined) {
      room.currentState.setUnknownStateEvents(answer.state.map((event) => mapped(event)));
    }
    room.addEventsToTimeline(
      answer.chunk.map((event) => mapped(event)),
      true,
      true,
      timeline,
    );
    const next = answer.chunk.length === 0 ? null : (answer.end ?? null);
    timeline.setPaginationToken(next, EventTimeline.BACKWARDS);
    if (shown() > before) return;
  }
}
