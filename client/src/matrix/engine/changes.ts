/**
 * Collects the rooms in which something happened, and hands them on once everything that happened in the
 * same breath is known: a whole answer of the server, not each of its events.
 */
export type Changes = {
  readonly mark: (roomId: string) => void;
  /** Hands on at once what was collected, for what a person waits for. */
  readonly flush: () => void;
};

/**
 * @param later runs something after what is under way, and before anything that waits for the network
 * @param handle gets the rooms, each once
 */
export function collectChanges(
  later: (run: () => void) => void,
  handle: (rooms: ReadonlySet<string>) => void,
): Changes {
  let rooms = new Set<string>();
  let scheduled = false;
  const flush = () => {
    scheduled = false;
    if (rooms.size === 0) return;
    const marked = rooms;
    rooms = new Set();
    handle(marked);
  };
  return {
    mark(roomId) {
      rooms.add(roomId);
      if (scheduled) return;
      scheduled = true;
      later(flush);
    },
    flush,
  };
}
