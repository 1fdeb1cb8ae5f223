/**
 * An event as it came, with nothing about it believed: what the mapping reads. The engine makes it from
 * the SDK's objects; tests make it by hand.
 */
export type RawEvent = {
  readonly eventId: string;
  readonly type: string;
  readonly senderId: string;
  /** The name that the sender carries in this room; empty if it is not known. */
  readonly senderName: string;
  /** Absent for what is not state. */
  readonly stateKey: string | undefined;
  readonly content: unknown;
  /** What this state was before; undefined if that is not known. */
  readonly previousContent: unknown;
  /** Milliseconds since 1970, by the server's clock. */
  readonly sentAt: number;
  readonly redacted: boolean;
  /** The id of our own request that made it, if it was one of this device. */
  readonly transactionId: string | undefined;
};

/** The current state of a room; undefined where there is no such event. */
export interface RoomState {
  content(type: string, stateKey: string): unknown;
  sender(type: string, stateKey: string): string | undefined;
}
