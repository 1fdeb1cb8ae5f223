import { z } from "zod";
import type { Database } from "../storage/index.ts";
import { NOTE_RULES } from "./desired-room.ts";
import type { DesiredNote } from "./desired-room.ts";
import { PreviewGroup, PreviewLine } from "./preview.ts";
import type { Preview } from "./preview.ts";

/** Somebody who waits for an invitation into a confidential room, by source id. */
const Waits = z.object({ room: z.string(), person: z.string() });
export type Waits = Readonly<z.infer<typeof Waits>>;

/** What somebody should know of the desired state, though it changes nothing. */
export const PlanNote = z.object({
  rule: z.enum(NOTE_RULES),
  /** A unit, `group:<id>` or `project:<id>`. */
  owner: z.string(),
  /** Source ids of people, or partners' servers. */
  of: z.array(z.string()),
});

const Summary = z.object({
  planned: z.number(),
  held: z.number(),
  groups: z.array(PreviewGroup),
  waiting: z.array(Waits),
  notes: z.array(PlanNote).default([]),
});

export type StoredPlan = Preview & {
  /** ISO 8601. */
  readonly madeAt: string;
  readonly waiting: readonly Waits[];
  readonly notes: readonly DesiredNote[];
};

/** How many plans are kept, and how many of a plan's lines. */
const MOST_PLANS = 100;
const MOST_LINES = 20_000;

/** The plans that people looked at, under their hashes. */
export class PlanStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async save(
    preview: Preview,
    at: Date,
    told: Pick<StoredPlan, "waiting" | "notes">,
  ): Promise<void> {
    const { groups, hash, held, lines, planned } = preview;
    const summary = { planned, held, groups, ...told };
    await this.#db
      .insertInto("plan")
      .values({
        hash,
        made_at: at,
        summary: JSON.stringify(summary),
        lines: JSON.stringify(lines.slice(0, MOST_LINES)),
      })
      .onConflict((conflict) => conflict.column("hash").doUpdateSet({ made_at: at }))
      .execute();
    await this.#db
      .deleteFrom("plan")
      .where("hash", "not in", (query) =>
        query.selectFrom("plan").select("hash").orderBy("made_at", "desc").limit(MOST_PLANS),
      )
      .execute();
  }

  async get(hash: string): Promise<StoredPlan | undefined> {
    const row = await this.#db
      .selectFrom("plan")
      .selectAll()
      .where("hash", "=", hash)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const summary = Summary.safeParse(row.summary);
    const lines = z.array(PreviewLine).safeParse(row.lines);
    // Written by another release: whoever looks makes it anew.
    if (!summary.success || !lines.success) return undefined;
    return { hash, madeAt: row.made_at.toISOString(), lines: lines.data, ...summary.data };
  }
}
