import type { Account, AccountEngine, ConnectionState, Result, Unwatch } from "../door.ts";
import { CODECS } from "../engine/service.ts";
import type { EngineService } from "../engine/service.ts";
import { createClient } from "../rpc/client.ts";
import type { ReadingCodec } from "../rpc/client.ts";
import { channelPageLink } from "../rpc/links.ts";
import type { PageLink } from "../rpc/wire.ts";
import { watched } from "../watched.ts";
import { engineChannel, engineLock, pageLock } from "./names.ts";

export type TabPorts = {
  readonly locks: LockManager;
  /** Starts the engine of an account for this tab; closing the link ends it. */
  readonly startEngine: (account: Account) => PageLink;
  /** A word that no other page and no other message has. */
  readonly randomId: () => string;
};

/** One account's engine as this tab sees it. */
export interface TabEngine extends AccountEngine {
  /** This tab needs it no longer: another one may run the engine. Nobody is told anything more. */
  close(): void;
  /** The account is gone: the watchers of the connection are told so, then as `close`. */
  signedOut(): void;
}

type Calls = EngineService["calls"];
type Watches = EngineService["watches"];

/**
 * Opens an account in this tab. Of all tabs, the one that holds the account's lock runs the engine; the
 * others speak to it over a channel, and wait for the lock to take over.
 */
export function openTabEngine(account: Account, ports: TabPorts): TabEngine {
  const client = createClient();
  const page = ports.randomId();
  const ended = new AbortController();
  const untilEnd = new Promise<void>((resolve) => {
    ended.signal.addEventListener("abort", () => resolve());
  });
  const hold = (name: string, then: () => void) => {
    ports.locks
      .request(name, { signal: ended.signal }, async () => {
        then();
        await untilEnd;
      })
      .catch(() => {
        // Closed while waiting for it.
      });
  };
  let owner = false;
  hold(pageLock(page), () => {
    // Another tab may have got the engine's lock long ago, or this one a moment ago.
    if (!owner)
      client.attach(channelPageLink(new BroadcastChannel(engineChannel(account.key)), page));
  });
  hold(engineLock(account.key), () => {
    owner = true;
    client.attach(ports.startEngine(account));
  });

  // Both ends of the line are of one build: the casts say what engine/serving.ts and the codecs send.
  /* oxlint-disable typescript/no-unsafe-type-assertion */
  const call = <N extends keyof Calls>(name: N, ...args: Calls[N]["args"]) =>
    client.call(name, args) as Promise<Result<Calls[N]["value"]>>;
  const watch = <N extends keyof Watches>(
    name: N,
    args: Watches[N]["args"],
    listener: (value: Watches[N]["value"]) => void,
  ): Unwatch =>
    client.watch(
      name,
      args,
      CODECS[name] as unknown as ReadingCodec,
      listener as (value: unknown) => void,
    );
  /* oxlint-enable typescript/no-unsafe-type-assertion */

  const connection = watched<ConnectionState>("starting");
  watch("connection", [], connection.set);

  const close = () => {
    client.close();
    ended.abort();
  };

  return {
    account,
    watchConnection: (listener) => connection.watch(listener),
    watchRooms: (listener) => watch("rooms", [], listener),
    watchTimeline: (roomId, listener) => watch("timeline", [roomId], listener),
    loadEarlier: (roomId, count) => call("loadEarlier", roomId, count),
    sendText: (roomId, text) => call("sendText", roomId, ports.randomId(), text),
    resend: (roomId, key) => call("resend", roomId, key),
    discard: (roomId, key) => call("discard", roomId, key),
    markRead: (roomId, eventId) => call("markRead", roomId, eventId),
    members: (roomId) => call("members", roomId),
    close,
    signedOut() {
      close();
      connection.set("signed-out");
    },
  };
}
