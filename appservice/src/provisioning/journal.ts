import type { Database, Lease } from "../storage/index.ts";
import type { AuditEntry, AuditLog } from "../audit/index.ts";
import type { BrakeEntry } from "./brake.ts";
import type { UndoStep } from "./undo.ts";

/** What a change that was made leaves in the mirror. */
export type Note =
  | {
      readonly kind: "account";
      readonly sourceId: string;
      readonly displayName: string;
      readonly mail: string;
    }
  | { readonly kind: "locked"; readonly sourceId: string }
  | { readonly kind: "erased"; readonly sourceId: string; readonly userId: string }
  | {
      readonly kind: "room";
      readonly key: string;
      readonly roomId: string;
      readonly applied: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: "state"; readonly key: string; readonly name: string; readonly value: unknown }
  | { readonly kind: "member"; readonly key: string; readonly userId: string }
  | { readonly kind: "gone"; readonly key: string; readonly userId: string };

/** A change of the homeserver that was made, with all that is written down of it. */
export type Change = {
  readonly notes: readonly Note[];
  readonly counts: readonly BrakeEntry[];
  readonly undo: UndoStep | undefined;
  readonly audit: AuditEntry;
};

export type JournalOptions = {
  readonly db: Database;
  readonly runId: string;
  readonly now: () => Date;
  readonly audit: AuditLog;
  /** Held to the end of each transaction: what another copy took over is not written down by us. */
  readonly lease?: Lease | undefined;
};

type Waiting = {
  readonly change: Change;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Writes down what a run changed: mirror, brake, undo step and audit entry in one transaction, several
 * changes at once (what comes while one transaction is written goes into the next). A change whose note
 * was lost in a crash is made again by the next run, which the homeserver answers without a new event.
 */
export class Journal {
  readonly #options: JournalOptions;
  #waiting: Waiting[] = [];
  #writing = false;
  #done = 0;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** Resolves when the change is stored. */
  write(change: Change): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ change, resolve, reject });
      if (!this.#writing) void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const taken = this.#waiting;
      this.#waiting = [];
      try {
        await this.#store(taken.map(({ change }) => change));
        for (const { resolve } of taken) resolve();
      } catch (error) {
        for (const { reject } of taken) reject(error);
      }
    }
    this.#writing = false;
  }

  async #store(changes: readonly Change[]): Promise<void> {
    const { audit, db, lease, now, runId } = this.#options;
    const at = now();
    const done = this.#done + changes.length;
    await db.transaction().execute(async (trx) => {
      await lease?.secure(trx);
      await writeNotes(
        trx,
        changes.flatMap(({ notes }) => notes),
        at,
      );
      const counts = changes.flatMap((change) => change.counts);
      if (counts.length > 0) {
        await trx
          .insertInto("brake_entry")
          .values(counts.map((one) => ({ ...one, owner: one.owner ?? null, at })))
          .execute();
      }
      const undo = changes.flatMap((change) => change.undo ?? []);
      if (undo.length > 0) {
        await trx
          .insertInto("run_step")
          .values(undo.map((step) => ({ run_id: runId, undo: JSON.stringify(step) })))
          .execute();
      }
      await trx.updateTable("run").set({ done }).where("id", "=", runId).execute();
      // Last: the log is held from here to the end of the transaction.
      await audit.append(
        changes.map((change) => change.audit),
        trx,
      );
    });
    this.#done = done;
  }
}

async function writeNotes(trx: Database, notes: readonly Note[], at: Date): Promise<void> {
  const members: { key: string; user_id: string }[] = [];
  const states = new Map<string, Record<string, unknown>>();
  for (const note of notes) {
    switch (note.kind) {
      case "account":
        await trx
          .updateTable("account")
          .set({
            applied: JSON.stringify({ displayName: note.displayName, mail: note.mail }),
            locked_at: null,
          })
          .where("source_id", "=", note.sourceId)
          .execute();
        break;
      case "locked":
        await trx
          .updateTable("account")
          .set({ locked_at: at })
          .where("source_id", "=", note.sourceId)
          .execute();
        break;
      case "erased":
        await trx
          .insertInto("former_account")
          .values({ user_id: note.userId, source_id: note.sourceId, erased_at: at })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        await trx.deleteFrom("account").where("source_id", "=", note.sourceId).execute();
        await trx.deleteFrom("managed_member").where("user_id", "=", note.userId).execute();
        break;
      case "room":
        await trx
          .insertInto("managed_room")
          .values({
            key: note.key,
            room_id: note.roomId,
            applied: JSON.stringify(note.applied),
          })
          .execute();
        break;
      case "state": {
        const known = states.get(note.key) ?? {};
        known[note.name] = note.value;
        states.set(note.key, known);
        break;
      }
      case "member":
        members.push({ key: note.key, user_id: note.userId });
        break;
      case "gone":
        await trx
          .deleteFrom("managed_member")
          .where("key", "=", note.key)
          .where("user_id", "=", note.userId)
          .execute();
        break;
    }
  }
  for (const [key, values] of states) {
    const row = await trx
      .selectFrom("managed_room")
      .select(["applied", "heard"])
      .where("key", "=", key)
      .forUpdate()
      .executeTakeFirstOrThrow();
    await trx
      .updateTable("managed_room")
      .set({
        applied: JSON.stringify({ ...row.applied, ...values }),
        heard: JSON.stringify(row.heard.filter((name) => !(name in values))),
      })
      .where("key", "=", key)
      .execute();
  }
  if (members.length > 0) {
    await trx
      .insertInto("managed_member")
      .values(members)
      .onConflict((conflict) => conflict.columns(["key", "user_id"]).doUpdateSet({ heard: false }))
      .execute();
  }
}
