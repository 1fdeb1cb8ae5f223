import { z } from "../zod.ts";
import type { Served } from "../rpc/server.ts";
import { CODECS } from "./service.ts";
import type { Engine } from "./service.ts";

const RoomId = z.tuple([z.string()]);
const RoomAndKey = z.tuple([z.string(), z.string()]);
const RoomKeyAndText = z.tuple([z.string(), z.string(), z.string()]);
const RoomAndCount = z.tuple([z.string(), z.int().check(z.minimum(1), z.maximum(1000))]);

/**
 * The engine as it is served over a line: what a page sends is checked before it is believed, and a call
 * that there is not ends as a failure.
 */
export function served(engine: Engine): Served {
  const { calls, watches } = engine;
  return {
    async call(name, args) {
      switch (name) {
        case "loadEarlier":
          return calls.loadEarlier(...RoomAndCount.parse(args));
        case "sendText":
          return calls.sendText(...RoomKeyAndText.parse(args));
        case "resend":
          return calls.resend(...RoomAndKey.parse(args));
        case "discard":
          return calls.discard(...RoomAndKey.parse(args));
        case "markRead":
          return calls.markRead(...RoomAndKey.parse(args));
        case "members":
          return calls.members(...RoomId.parse(args));
        default:
          throw new Error(`The engine has no call ${name}.`);
      }
    },
    watch(name, args, listener) {
      switch (name) {
        case "connection":
          return watches.connection(encoded(CODECS.connection, listener));
        case "rooms":
          return watches.rooms(encoded(CODECS.rooms, listener));
        case "timeline": {
          const room = RoomId.safeParse(args);
          return room.success
            ? watches.timeline(encoded(CODECS.timeline, listener), ...room.data)
            : undefined;
        }
        default:
          return undefined;
      }
    },
  };
}

/** Tells the first value whole, and then only what changed. */
function encoded<T>(
  codec: { readonly encode: (before: T, after: T) => unknown },
  listener: (first: boolean, patch: unknown) => void,
): (value: T) => void {
  let sent: { readonly value: T } | undefined;
  return (value) => {
    const before = sent;
    sent = { value };
    if (before === undefined) listener(true, value);
    else listener(false, codec.encode(before.value, value));
  };
}
