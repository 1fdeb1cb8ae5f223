import { z } from "zod";
import type { Database } from "../storage/index.ts";
import { storable } from "./storable.ts";

export type JsonRecord = Readonly<Record<string, unknown>>;

const id = z
  .string()
  .min(1)
  .max(255)
  .refine((text) => text === storable(text));

/** An event as a transaction carries it (Client-Server API, "ClientEvent"); more fields may be there. */
export const PushedEvent = z.looseObject({
  event_id: id,
  room_id: id,
  type: id,
  sender: id.optional(),
  /** There for a state event alone. */
  state_key: z.string().max(255).optional(),
  content: z.record(z.string(), z.unknown()).optional(),
});
export type PushedEvent = z.output<typeof PushedEvent>;

/** An event as a capability gets it. */
export type InboxEvent = {
  readonly eventId: string;
  readonly roomId: string;
  readonly type: string;
  /** What {@link Subscription.keep} took of it; it lay in the store meanwhile, so check its shape. */
  readonly kept: JsonRecord;
};

/** What a capability wants to hear, and what it does then. */
export type Subscription = {
  /** The capability's name; it lies in the store, so it never changes. */
  readonly name: string;
  readonly types: readonly string[];
  /**
   * The few fields that the capability needs of an event; the rest is never stored. Undefined: nothing,
   * the event is not for it. Pure and quick: the homeserver waits.
   */
  readonly keep: (event: PushedEvent) => JsonRecord | undefined;
  /**
   * Does what the event asks for, through the given transaction alone: what it writes counts exactly
   * once, together with the note that the event is done. It may be run again after a crash or an error,
   * and then what it wrote before is gone. Every other use of the store would wait for itself on the
   * embedded engine; requests and long work do not belong here: note them in a table, and do them after
   * {@link Subscription.committed}. Events of a room come in order.
   *
   * @throws anything: it is tried again with growing pauses, then the event goes into quarantine
   */
  readonly handle: (event: InboxEvent, trx: Database) => Promise<void>;
  /** Told after events of its were committed. A crash may swallow it: look at the start as well. */
  readonly committed?: () => void;
};
