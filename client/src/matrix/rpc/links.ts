import { z } from "../zod.ts";
import type { EngineLink, PageLink } from "./wire.ts";
import { ToEngine, ToPage } from "./wire.ts";

/** What MessagePort, Worker and a worker's own global scope have in common. */
export interface Port {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  removeEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}

/** The page's end of a direct line, to a worker of its own. `close` runs at the end, to stop the worker. */
export function portPageLink(port: Port, close: () => void = () => {}): PageLink {
  const ends = new AbortController();
  return {
    send: (message) => port.postMessage(message),
    receive: (listener) =>
      listen(port, ends.signal, (data) => {
        const message = ToPage.safeParse(data);
        if (message.success) listener(message.data);
      }),
    close() {
      ends.abort();
      close();
    },
  };
}

/** The engine's end of a direct line; the page that holds it outlives the engine. */
export function portEngineLink(port: Port): EngineLink {
  const ends = new AbortController();
  return {
    send: (message) => port.postMessage(message),
    receive: (listener) =>
      listen(port, ends.signal, (data) => {
        const message = ToEngine.safeParse(data);
        if (message.success) listener(message.data, "");
      }),
    whenGone: () => {},
    close: () => ends.abort(),
  };
}

const FromPage = z.object({ from: z.string(), message: ToEngine });
const FromEngine = z.object({ to: z.optional(z.string()), message: ToPage });

/** A page's end of the channel that all pages of the profile share. */
export function channelPageLink(channel: BroadcastChannel, page: string): PageLink {
  const ends = new AbortController();
  return {
    send: (message) => post(channel, { from: page, message }),
    receive: (listener) =>
      listen(channel, ends.signal, (data) => {
        const heard = FromEngine.safeParse(data);
        if (!heard.success) return;
        if (heard.data.to === undefined || heard.data.to === page) listener(heard.data.message);
      }),
    close() {
      ends.abort();
      channel.close();
    },
  };
}

/**
 * The engine's end of that channel. Each page holds a lock of its own name as long as it lives, so that
 * its end is noticed however it comes.
 */
export function channelEngineLink(
  channel: BroadcastChannel,
  locks: LockManager,
  lockOf: (page: string) => string,
): EngineLink {
  const ends = new AbortController();
  return {
    send: (message, page) => post(channel, { to: page, message }),
    receive: (listener) =>
      listen(channel, ends.signal, (data) => {
        const heard = FromPage.safeParse(data);
        if (heard.success) listener(heard.data.message, heard.data.from);
      }),
    whenGone(page, listener) {
      locks
        .request(lockOf(page), { signal: ends.signal }, () => listener())
        .catch(() => {
          // The engine ended first.
        });
    },
    close() {
      ends.abort();
      channel.close();
    },
  };
}

/** Sends a message over whatever carries one. */
export function post(port: Pick<Port, "postMessage">, message: unknown): void {
  port.postMessage(message);
}

function listen(port: Port, signal: AbortSignal, listener: (data: unknown) => void): void {
  const heard = (event: MessageEvent) => listener(event.data);
  port.addEventListener("message", heard);
  signal.addEventListener("abort", () => port.removeEventListener("message", heard));
}
