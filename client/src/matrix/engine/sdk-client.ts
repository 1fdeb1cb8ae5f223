import { MatrixClient, PendingEventOrdering } from "matrix-js-sdk/lib/client.js";
import { Filter } from "matrix-js-sdk/lib/filter.js";
import { ConnectionError, HTTPError, MatrixError } from "matrix-js-sdk/lib/http-api/errors.js";
import { logger as globalLogger } from "matrix-js-sdk/lib/logger.js";
import type { Logger } from "matrix-js-sdk/lib/logger.js";
import { MemoryStore } from "matrix-js-sdk/lib/store/memory.js";
import type { Failure } from "../door.ts";
import { failureOf, readAnswer } from "../failure.ts";
import { withFirstSyncOfItsOwn } from "./first-sync.ts";
import type { Session } from "../sign-in.ts";

/** How many events of each room the first answer brings, and how many a later one may. */
const EVENTS_AT_FIRST = 20;
const EVENTS_LATER = 50;

const say = () => {};
/** The SDK tells the console of every request; nothing of a person's day belongs there. */
const silent: Logger = {
  trace: say,
  debug: say,
  info: say,
  warn: say,
  error: say,
  getChild: () => silent,
};

/** The SDK's client for one session, not yet started. Without encryption, calls, threads and presence. */
export function createClient(session: Session, fetch: typeof globalThis.fetch): MatrixClient {
  // Parts of the SDK still use the global one.
  if ("setLevel" in globalLogger && typeof globalLogger.setLevel === "function") {
    globalLogger.setLevel("silent", false);
  }
  const client = new MatrixClient({
    fetchFn: withFirstSyncOfItsOwn(fetch, crypto.getRandomValues(new Uint8Array(24))),
    baseUrl: session.homeserverUrl,
    userId: session.userId,
    deviceId: session.deviceId,
    accessToken: session.accessToken,
    store: new MemoryStore(),
    logger: silent,
    disableVoip: true,
    // Gaps begin a new timeline, below which the older part is loaded again.
    timelineSupport: false,
    // The name of a room without one is no English sentence; the view has words for "nobody else".
    roomNameGenerator: (_, name) => {
      if ("names" in name) return name.names.join(", ");
      return "name" in name ? name.name : "";
    },
  });
  // Calls are not for this client yet; the manager would look into every room for them.
  client.matrixRTC.start = () => {};
  return client;
}

/** Starts the sync loop, asking for no more than is shown. */
export async function startClient(client: MatrixClient): Promise<void> {
  const filter = new Filter(client.getUserId());
  filter.setDefinition({
    presence: { not_types: ["*"] },
    account_data: { types: ["m.push_rules", "m.direct"] },
    room: {
      timeline: { limit: EVENTS_LATER },
      state: { lazy_load_members: true },
      ephemeral: { types: ["m.receipt"] },
      account_data: { types: ["m.tag", "m.fully_read"] },
    },
  });
  await client.startClient({
    filter,
    initialSyncLimit: EVENTS_AT_FIRST,
    lazyLoadMembers: true,
    disablePresence: true,
    pendingEventOrdering: PendingEventOrdering.Detached,
    threadSupport: false,
  });
}

/** What something that the SDK threw means for the person. */
export function failureFrom(error: unknown): Failure {
  if (error instanceof MatrixError) {
    const header = error.httpHeaders?.get("retry-after") ?? null;
    return failureOf(readAnswer(error.httpStatus ?? 0, error.data, header));
  }
  if (error instanceof HTTPError) {
    return failureOf(readAnswer(error.httpStatus ?? 0, undefined, null));
  }
  // A timeout comes as an abort.
  const noAnswer =
    error instanceof ConnectionError ||
    (error instanceof Error && ["AbortError", "TimeoutError"].includes(error.name));
  return noAnswer ? failureOf(readAnswer(0, undefined, null)) : { code: "unknown", retry: "never" };
}
