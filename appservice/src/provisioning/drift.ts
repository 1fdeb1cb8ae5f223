import { MANAGED_TYPE, ROOM_CLASS_TYPE } from "@klaaf/protocol";
import { sql } from "kysely";
import { stepOutId } from "./action.ts";
import type { InboxEvent, JsonRecord, PushedEvent, Subscription } from "../inbox/index.ts";
import type { DriftKind, Policy } from "../policy/index.ts";
import type { Database } from "../storage/index.ts";

/** Which of the policy's kinds a piece of state belongs to. */
const KINDS: Readonly<Record<string, DriftKind>> = {
  "m.room.name": "name",
  "m.room.topic": "topic",
  "m.room.avatar": "avatar",
  "m.room.power_levels": "power",
  "m.room.member": "membership",
  "m.room.join_rules": "rules",
  "m.room.history_visibility": "rules",
  "m.room.guest_access": "rules",
  "m.room.encryption": "rules",
  "m.room.server_acl": "rules",
  "m.space.child": "rules",
  "m.space.parent": "rules",
  [MANAGED_TYPE]: "rules",
  [ROOM_CLASS_TYPE]: "rules",
};

/** More often than this within an hour the same thing is not mended but told: two hands would fight. */
const MOST_REPAIRS = 5;

/** A change that was not ours; the times are ISO 8601. */
export type DriftRecord = {
  readonly id: string;
  readonly room: string;
  readonly what: string;
  /** The piece of state, or the person's Matrix ID. */
  readonly subject: string;
  readonly sender: string;
  readonly at: string;
  /** `open`: it is about to be mended; `fine`: nothing had to be. */
  readonly state: string;
  readonly run: string | undefined;
};

export type DriftOptions = {
  readonly db: Database;
  readonly provisioningUser: string;
  readonly policy: Policy;
  readonly now: () => Date;
  /** Whether we are bringing this person into this room right now. */
  readonly isExpected: (roomId: string, userId: string) => boolean;
  /** Told when there is something to mend. */
  readonly onOpen: () => void;
};

/**
 * Hears what others change in managed rooms: the mirror learns the truth, and the change is noted as
 * drift, to be mended or told as the policy says. Rooms that people made themselves are not in the
 * mirror, and are never touched.
 */
export class Drift {
  readonly #options: DriftOptions;
  /** Confidential rooms that somebody has come into while they were still ours: we can step out now. */
  readonly #entered = new Set<string>();

  constructor(options: DriftOptions) {
    this.#options = options;
  }

  get subscription(): Subscription {
    return {
      name: "drift",
      types: Object.keys(KINDS),
      keep: (event) => this.#keep(event),
      handle: (event, trx) => this.#handle(event, trx),
      committed: () => this.#options.onOpen(),
    };
  }

  /** The changes, the newest first, those before `before` (an id). */
  async list(limit: number, before?: string): Promise<readonly DriftRecord[]> {
    const rows = await this.#options.db
      .selectFrom("drift")
      .selectAll()
      .$if(before !== undefined, (query) => query.where("id", "<", before ?? ""))
      .orderBy("id", "desc")
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      id: row.id,
      room: row.room_key,
      what: row.what,
      subject: row.subject,
      sender: row.sender,
      at: row.at.toISOString(),
      state: row.state,
      run: row.run_id ?? undefined,
    }));
  }

  /** What is to be mended, by target (see `driftTarget`). */
  async open(): Promise<ReadonlyMap<string, readonly string[]>> {
    const rows = await this.#options.db
      .selectFrom("drift")
      .select(["id", "room_key", "subject"])
      .where("state", "=", "open")
      .execute();
    const targets = new Map<string, string[]>();
    for (const { id, room_key: key, subject } of rows) {
      const target = `${key}:${subject}`;
      targets.set(target, [...(targets.get(target) ?? []), id]);
    }
    for (const key of this.#entered) targets.set(stepOutId(key), []);
    return targets;
  }

  /** What became of open changes after a run: mended, or nothing had to be. */
  async settle(
    targets: ReadonlyMap<string, readonly string[]>,
    runId: string,
    { failed, mended }: { readonly mended: ReadonlySet<string>; readonly failed: boolean },
  ): Promise<void> {
    for (const key of this.#entered) if (mended.has(stepOutId(key))) this.#entered.delete(key);
    for (const [target, ids] of targets) {
      if (ids.length === 0) continue;
      const state = mended.has(target) ? "repaired" : "fine";
      if (failed && state === "fine") continue;
      await this.#options.db
        .updateTable("drift")
        .set({ state, run_id: runId })
        .where("id", "in", [...ids])
        .execute();
    }
  }

  /** Notes a change that was found by looking rather than heard. */
  async report(found: {
    readonly key: string;
    readonly what: string;
    readonly subject: string;
    readonly sender: string;
  }): Promise<void> {
    const { db, now } = this.#options;
    const known = await db
      .selectFrom("drift")
      .select("id")
      .where("room_key", "=", found.key)
      .where("subject", "=", found.subject)
      .where("sender", "=", found.sender)
      .where("state", "=", "reported")
      .executeTakeFirst();
    if (known !== undefined) return;
    await db
      .insertInto("drift")
      .values({
        event_id: null,
        room_key: found.key,
        what: found.what,
        subject: found.subject,
        sender: found.sender,
        at: now(),
        state: "reported",
        run_id: null,
      })
      .execute();
  }

  #keep(event: PushedEvent): JsonRecord | undefined {
    const { content = {}, sender, state_key: stateKey, type } = event;
    if (stateKey === undefined || sender === undefined) return undefined;
    // What we write ourselves is noted when it is done.
    if (sender === this.#options.provisioningUser) return undefined;
    if (type !== "m.room.member") return { sender, stateKey, content };
    // The display name in it is nobody's business here.
    return { sender, stateKey, membership: content["membership"] };
  }

  async #handle(event: InboxEvent, trx: Database): Promise<void> {
    const room = await trx
      .selectFrom("managed_room")
      .select(["key", "applied", "heard"])
      .where("room_id", "=", event.roomId)
      .forUpdate()
      .executeTakeFirst();
    const { content, membership, sender, stateKey } = event.kept;
    if (room === undefined || typeof sender !== "string" || typeof stateKey !== "string") return;
    if (event.type === "m.room.member") {
      await this.#member(trx, { event, key: room.key, sender, userId: stateKey, membership });
      return;
    }
    const name = await pieceNameOf(trx, event.type, stateKey);
    if (name === undefined) return;
    const mends = await this.#note(trx, { event, key: room.key, subject: name, sender });
    if (!mends) return;
    await trx
      .updateTable("managed_room")
      .set({
        applied: JSON.stringify({ ...room.applied, [name]: { heard: content } }),
        heard: JSON.stringify([...new Set([...room.heard, name])]),
      })
      .where("key", "=", room.key)
      .execute();
  }

  async #member(
    trx: Database,
    told: {
      readonly event: InboxEvent;
      readonly key: string;
      readonly sender: string;
      readonly userId: string;
      readonly membership: unknown;
    },
  ): Promise<void> {
    const { event, key, membership, sender, userId } = told;
    if (userId === this.#options.provisioningUser) return;
    const known = await trx
      .selectFrom("managed_member")
      .select("user_id")
      .where("key", "=", key)
      .where("user_id", "=", userId)
      .executeTakeFirst();
    if (membership === "join") {
      if (known !== undefined && (await isOurs(trx, key, this.#options.provisioningUser)))
        this.#entered.add(key);
      if (known !== undefined || this.#options.isExpected(event.roomId, userId)) return;
      if (!(await this.#note(trx, { event, key, subject: userId, sender }))) return;
      await trx
        .insertInto("managed_member")
        .values({ key, user_id: userId, heard: true })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      return;
    }
    if ((membership !== "leave" && membership !== "ban") || known === undefined) return;
    if (!(await this.#note(trx, { event, key, subject: userId, sender }))) return;
    await trx
      .deleteFrom("managed_member")
      .where("key", "=", key)
      .where("user_id", "=", userId)
      .execute();
  }

  /** @returns whether it is to be mended */
  async #note(
    trx: Database,
    told: {
      readonly event: InboxEvent;
      readonly key: string;
      readonly subject: string;
      readonly sender: string;
    },
  ): Promise<boolean> {
    const { event, key, sender, subject } = told;
    const { now, policy } = this.#options;
    const kind = KINDS[event.type] ?? "rules";
    const { count } = await trx
      .selectFrom("drift")
      .select((expression) => expression.fn.countAll().as("count"))
      .where("room_key", "=", key)
      .where("subject", "=", subject)
      .where("at", ">", sql<Date>`${now()}::timestamptz - interval '1 hour'`)
      .executeTakeFirstOrThrow();
    const mends = policy.drift[kind] === "repair" && Number(count) < MOST_REPAIRS;
    await trx
      .insertInto("drift")
      .values({
        event_id: event.eventId,
        room_key: key,
        what: event.type === "m.room.member" ? "member" : event.type,
        subject,
        sender,
        at: now(),
        state: mends ? "open" : "reported",
        run_id: null,
      })
      .onConflict((conflict) => conflict.column("event_id").doNothing())
      .execute();
    return mends;
  }
}

/** Whether a confidential room is still to be handed over. */
async function isOurs(trx: Database, key: string, provisioningUser: string): Promise<boolean> {
  const ours = await trx
    .selectFrom("managed_member")
    .select("user_id")
    .where("key", "=", key)
    .where("user_id", "=", provisioningUser)
    .executeTakeFirst();
  return ours !== undefined;
}

/** How plan and mirror call a piece of state: links name rooms by key. */
async function pieceNameOf(
  trx: Database,
  type: string,
  stateKey: string,
): Promise<string | undefined> {
  if (type !== "m.space.child" && type !== "m.space.parent")
    return stateKey === "" ? type : undefined;
  const linked = await trx
    .selectFrom("managed_room")
    .select("key")
    .where("room_id", "=", stateKey)
    .executeTakeFirst();
  return linked === undefined ? undefined : `${type}|${linked.key}`;
}
