import type { Database } from "../storage/index.ts";

/** An event to be sent. */
export type Message = {
  readonly roomId: string;
  readonly type: string;
  readonly content: Readonly<Record<string, unknown>>;
  /** Matrix ID of an account of this homeserver that is in the room. */
  readonly sender: string;
};

/** Takes what the appservice sends; {@link Sender} brings it to the homeserver. */
export class Outbox {
  readonly #newId: () => string;

  /** @param newId gives another id each time, of letters, digits and dashes */
  constructor(newId: () => string) {
    this.#newId = newId;
  }

  /**
   * Queues an event. It is sent exactly once if the transaction commits, and else never; after what the
   * same sender queued for the room before.
   *
   * @returns the row's id, which is the event's transaction id at the homeserver
   */
  async enqueue(trx: Database, message: Message): Promise<string> {
    const id = this.#newId();
    await trx
      .insertInto("outbox")
      .values({
        id,
        sender: message.sender,
        room_id: message.roomId,
        type: message.type,
        content: JSON.stringify(message.content),
      })
      .execute();
    return id;
  }

  /**
   * Takes an event out of quarantine, to be sent after all. Not one of which nobody knows whether it was
   * sent: that would be a second one.
   *
   * @returns whether it was there
   */
  async again(trx: Database, id: string): Promise<boolean> {
    const row = await trx
      .updateTable("outbox")
      .set({ quarantined_at: null, reason: null, next_at: null, attempts: 0 })
      .where("id", "=", id)
      .where("quarantined_at", "is not", null)
      .where("unclear_since", "is", null)
      .returning("id")
      .executeTakeFirst();
    return row !== undefined;
  }
}
