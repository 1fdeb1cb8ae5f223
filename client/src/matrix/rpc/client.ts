import type { Unwatch } from "../door.ts";
import type { PageLink, ToEngine, ToPage } from "./wire.ts";

/** The caller's end: survives that the engine behind it is replaced by another one. */
export interface Client {
  /** Speaks through this link from now on; closes the one before. */
  attach(link: PageLink): void;
  /** Resolves with what the engine answers, however often that is replaced in between. */
  call(name: string, args: readonly unknown[]): Promise<unknown>;
  /**
   * Calls the listener with each new value, never twice with the same one (by identity).
   *
   * @param codec makes the new value from the one before and what the engine sent
   */
  watch(
    name: string,
    args: readonly unknown[],
    codec: ReadingCodec,
    listener: (value: unknown) => void,
  ): Unwatch;
  /** Ends everything; calls that are under way stay without an answer. */
  close(): void;
}

export type ReadingCodec = {
  readonly decode: (before: unknown, patch: unknown) => unknown;
  readonly adopt: (before: unknown, after: unknown) => unknown;
};

type Watching = {
  readonly message: ToEngine & { readonly kind: "watch" };
  readonly change: (first: boolean, patch: unknown) => void;
};

type Calling = {
  readonly message: ToEngine & { readonly kind: "call" };
  readonly resolve: (result: unknown) => void;
};

/**
 * Makes a client without a link. What is asked before there is an engine waits for it. When a new engine
 * says that it is there, all watches are opened again and all calls without an answer are asked again.
 */
export function createClient(): Client {
  const watching = new Map<number, Watching>();
  const calling = new Map<number, Calling>();
  let link: PageLink | undefined;
  let epoch: string | undefined;
  let lastId = 0;

  const send = (message: ToEngine) => {
    // Without an engine there is nobody to hear it; it is sent when there is one.
    if (epoch !== undefined) link?.send(message);
  };

  const receive = (message: ToPage) => {
    // The last words of an engine that has been replaced.
    if (message.kind !== "owner" && message.epoch !== epoch) return;
    switch (message.kind) {
      case "owner":
        if (message.epoch === epoch) return;
        epoch = message.epoch;
        for (const { message: again } of watching.values()) send(again);
        for (const { message: again } of calling.values()) send(again);
        return;
      case "answer":
        calling.get(message.id)?.resolve(message.result);
        calling.delete(message.id);
        return;
      case "change":
        watching.get(message.id)?.change(message.first, message.patch);
    }
  };

  return {
    attach(next) {
      link?.close();
      link = next;
      epoch = undefined;
      next.receive((message) => {
        if (link === next) receive(message);
      });
      next.send({ kind: "hello" });
    },

    call(name, args) {
      lastId += 1;
      const message = { kind: "call" as const, id: lastId, name, args: [...args] };
      return new Promise((resolve) => {
        calling.set(message.id, { message, resolve });
        send(message);
      });
    },

    watch(name, args, codec, listener) {
      lastId += 1;
      const message = { kind: "watch" as const, id: lastId, name, args: [...args] };
      let have: { readonly value: unknown } | undefined;
      // After a change of engine the whole value comes again; what stayed the same is not told again.
      const change = (first: boolean, patch: unknown) => {
        if (have === undefined) {
          if (first) have = { value: patch };
          else return;
        } else {
          const read = first ? codec.adopt : codec.decode;
          const value = read(have.value, patch);
          if (Object.is(have.value, value)) return;
          have = { value };
        }
        listener(have.value);
      };
      watching.set(message.id, { message, change });
      send(message);
      return () => {
        if (!watching.delete(message.id)) return;
        send({ kind: "unwatch", id: message.id });
      };
    },

    close() {
      watching.clear();
      calling.clear();
      link?.close();
      link = undefined;
    },
  };
}
