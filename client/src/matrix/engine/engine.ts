import { ReceiptType } from "matrix-js-sdk/lib/@types/read_receipts.js";
import { ClientEvent } from "matrix-js-sdk/lib/client.js";
import type { MatrixClient } from "matrix-js-sdk/lib/client.js";
import { HttpApiEvent } from "matrix-js-sdk/lib/http-api/interface.js";
import { Method } from "matrix-js-sdk/lib/http-api/method.js";
import { RoomStateEvent } from "matrix-js-sdk/lib/models/room-state.js";
import { NotificationCountType, RoomEvent } from "matrix-js-sdk/lib/models/room.js";
import type { Room } from "matrix-js-sdk/lib/models/room.js";
import { SyncState } from "matrix-js-sdk/lib/sync.js";
import type { ConnectionState, Failure, Member, Result, Rooms } from "../door.ts";
import { isRecord } from "../failure.ts";
import { label } from "../mapping/content.ts";
import type { Session } from "../sign-in.ts";
import { watched } from "../watched.ts";
import { collectChanges } from "./changes.ts";
import { acceptFromOrganisation } from "./invitations.ts";
import { OpenRooms } from "./open-rooms.ts";
import { Outbox } from "./outbox.ts";
import { loadEarlierInto } from "./paginate.ts";
import { RoomList } from "./room-list.ts";
import { createClient, failureFrom, startClient } from "./sdk-client.ts";
import type { Engine } from "./service.ts";

export type EnginePorts = {
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Runs something after some milliseconds, unless the returned function is called before. */
  readonly later: (milliseconds: number, run: () => void) => () => void;
};

const DONE: Result<void> = { ok: true, value: undefined };
const SEND_PATIENCE_MS = 30_000;
const byName = new Intl.Collator("de");

/**
 * Starts the engine of one session: synchronises, keeps the list of rooms and the open timelines, sends.
 * It knows no tabs and no storage; it may run in a worker or in a test's own process.
 */
export function startEngine(session: Session, ports: EnginePorts): Engine {
  const me = { userId: session.userId, displayName: session.displayName };
  const client = createClient(session, ports.fetch);
  const connection = watched<ConnectionState>("starting");
  const rooms = watched<Rooms>();
  const list = new RoomList(client, me.userId);
  const joining = new Set<string>();
  let prepared = false;
  // After a take-over calls come before the rooms are known: they wait for them.
  const { promise: ready, resolve: isReady } = Promise.withResolvers<void>();

  const changes = collectChanges(
    (run) => void ports.later(0, run),
    (marked) => {
      for (const roomId of marked) {
        const room = client.getRoom(roomId);
        if (room !== null) {
          takeArrived(room, outbox);
          void acceptFromOrganisation(client, room, me.userId, joining);
        }
        open.update(roomId);
      }
      if (prepared) rooms.set(list.update(marked));
    },
  );
  const outbox = new Outbox({
    ...ports,
    changed: changes.mark,
    send: (roomId, key, text) => sendMessage(client, roomId, key, text),
  });
  const open = new OpenRooms(client, outbox, me);

  listenTo(client, changes.mark);
  client.on(RoomEvent.TimelineReset, (room) => {
    if (room !== undefined) outbox.gap(room.roomId);
  });
  client.on(ClientEvent.Sync, (state) => {
    if (connection.get() === "signed-out") return;
    if (state === SyncState.Prepared) {
      prepared = true;
      for (const room of client.getRooms()) changes.mark(room.roomId);
      changes.flush();
      rooms.set(list.update([]));
      isReady();
    }
    if (state === SyncState.Syncing) outbox.synced();
    const next = connectionOf(state);
    if (next === undefined) return;
    if (next === "online" && connection.get() === "offline") outbox.wake();
    connection.set(next);
  });
  client.on(HttpApiEvent.SessionLoggedOut, () => {
    connection.set("signed-out");
    isReady();
    outbox.stop();
    client.stopClient();
  });
  void startClient(client);

  const inRoom = async (roomId: string): Promise<Room | undefined> => {
    await ready;
    const room = client.getRoom(roomId);
    return room?.getMyMembership() === "join" ? room : undefined;
  };

  return {
    watches: {
      connection: (listener) => connection.watch(listener),
      rooms: (listener) => rooms.watch(listener),
      timeline: (listener, roomId) => open.watch(roomId, listener),
    },
    calls: {
      async loadEarlier(roomId, count) {
        const room = await inRoom(roomId);
        const timeline = open.get(roomId);
        if (room === undefined || timeline === undefined) return notHere();
        if (timeline.loadingEarlier) return DONE;
        const show = (loading: boolean) => {
          timeline.loadingEarlier = loading;
          open.update(roomId);
        };
        show(true);
        try {
          await loadEarlierInto(client, room, count, () => timeline.snapshot().items.length);
          return DONE;
        } catch (error) {
          return { ok: false, failure: failureFrom(error) };
        } finally {
          show(false);
          changes.flush();
        }
      },

      async sendText(roomId, key, text) {
        const room = await inRoom(roomId);
        if (room === undefined || text.trim() === "") return notHere();
        // Also what the server would accept: nothing goes in clear into a room that is encrypted.
        if (list.summary(roomId)?.canWrite === false) return notHere();
        outbox.add(roomId, key, text);
        changes.flush();
        return DONE;
      },

      async resend(roomId, key) {
        if (!outbox.resend(roomId, key)) return notHere();
        changes.flush();
        return DONE;
      },

      async discard(roomId, key) {
        if (!outbox.discard(roomId, key)) return notHere();
        changes.flush();
        return DONE;
      },

      async markRead(roomId, eventId) {
        const room = await inRoom(roomId);
        return room === undefined ? notHere() : markRead(client, room, eventId, changes.mark);
      },

      async members(roomId) {
        const room = await inRoom(roomId);
        return room === undefined ? notHere() : membersOf(room);
      },
    },
    wake() {
      client.retryImmediately();
      outbox.wake();
    },
    stop() {
      isReady();
      outbox.stop();
      client.stopClient();
      client.removeAllListeners();
    },
  };
}

/** Marks a room whenever the SDK says that something in it may look different. */
function listenTo(client: MatrixClient, mark: (roomId: string) => void): void {
  const ofRoom = (room: Room | undefined) => {
    if (room !== undefined) mark(room.roomId);
  };
  client.on(ClientEvent.Room, ofRoom);
  client.on(ClientEvent.DeleteRoom, mark);
  client.on(RoomEvent.Name, ofRoom);
  client.on(RoomEvent.MyMembership, ofRoom);
  client.on(RoomEvent.TimelineReset, ofRoom);
  client.on(RoomEvent.Timeline, (_, room) => ofRoom(room));
  client.on(RoomEvent.Redaction, (_, room) => ofRoom(room));
  client.on(RoomEvent.Receipt, (_, room) => ofRoom(room));
  client.on(RoomStateEvent.Update, (state) => mark(state.roomId));
  client.on(ClientEvent.Event, (event) => {
    const roomId = event.getRoomId();
    if (roomId !== undefined) mark(roomId);
  });
}

/** Undefined: says nothing new about the connection. */
function connectionOf(state: SyncState): ConnectionState | undefined {
  switch (state) {
    case SyncState.Prepared:
    case SyncState.Syncing:
      return "online";
    case SyncState.Error:
    case SyncState.Catchup:
      return "offline";
    // A long request that was cut is usual; only when the next try fails too we are offline.
    case SyncState.Reconnecting:
    case SyncState.Stopped:
      return undefined;
  }
}

async function sendMessage(
  client: MatrixClient,
  roomId: string,
  key: string,
  text: string,
): Promise<Result<string>> {
  try {
    const path = `/rooms/${encodeURIComponent(roomId)}/send/m.room.message/${encodeURIComponent(key)}`;
    const content = { msgtype: "m.text", body: text };
    const answer: unknown = await client.http.authedRequest(Method.Put, path, undefined, content, {
      localTimeoutMs: SEND_PATIENCE_MS,
    });
    const eventId = isRecord(answer) ? answer["event_id"] : undefined;
    return typeof eventId === "string"
      ? { ok: true, value: eventId }
      : { ok: false, failure: { code: "unknown", retry: "later" } };
  } catch (error) {
    return { ok: false, failure: failureFrom(error) };
  }
}

/** The echoes whose events stand in the room's timeline now have done their work. */
function takeArrived(room: Room, outbox: Outbox): void {
  if (outbox.echoes(room.roomId).length === 0) return;
  const there = new Set<unknown>();
  for (const event of room.getLiveTimeline().getEvents()) {
    there.add(event.getId());
    if (event.getSender() === room.myUserId) there.add(event.getUnsigned().transaction_id);
  }
  outbox.arrived(
    room.roomId,
    (echo) => there.has(echo.key) || (echo.eventId !== undefined && there.has(echo.eventId)),
  );
}

/**
 * A private receipt: it clears the counts on all of the person's devices, and tells nobody else when
 * somebody read what. In large rooms it also spares the server one delivery a member.
 */
async function markRead(
  client: MatrixClient,
  room: Room,
  eventId: string,
  changed: (roomId: string) => void,
): Promise<Result<void>> {
  const event = room.findEventById(eventId);
  if (event === undefined) return notHere();
  const counted = room.getUnreadNotificationCount(NotificationCountType.Total) > 0;
  if (!counted && room.getEventReadUpTo(room.myUserId) === eventId) return DONE;
  try {
    const answered = client.sendReadReceipt(event, ReceiptType.ReadPrivate, true);
    // Shown at once; the server's own counts come with its next answer.
    if (room.getLiveTimeline().getEvents().at(-1) === event) {
      room.setUnreadNotificationCount(NotificationCountType.Total, 0);
      room.setUnreadNotificationCount(NotificationCountType.Highlight, 0);
      changed(room.roomId);
    }
    await answered;
    return DONE;
  } catch (error) {
    return { ok: false, failure: failureFrom(error) };
  }
}

async function membersOf(room: Room): Promise<Result<readonly Member[]>> {
  try {
    await room.loadMembersIfNeeded();
    const members = room.getJoinedMembers().map((member): Member => ({
      userId: member.userId,
      name: label(member.rawDisplayName) || member.userId,
    }));
    return { ok: true, value: members.toSorted((a, b) => byName.compare(a.name, b.name)) };
  } catch (error) {
    return { ok: false, failure: failureFrom(error) };
  }
}

function notHere(): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure: { code: "forbidden", retry: "never" } };
}
