import { z } from "zod";
import type { Database } from "../storage/index.ts";
import { PreviewGroup, PreviewLine } from "./preview.ts";
import type { Preview } from "./preview.ts";

/** Somebody who waits for an invitation into a confidential room, by source id. */
const Waits = z.object({ room: z.string(), person: z.string() });
export type Waits = Readonly<z.infer<typeof Waits>>;

const Summary = z.object({
  planned: z.number(),
  held: z.number(),
  groups: z.array(PreviewGroup),
  waiting: z.array(Waits),
});

export type StoredPlan = Preview & {
  /** ISO 8601. */
  readonly madeAt: string;
  readonly waiting: readonly Waits[];
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

  async save(preview: Preview, at: Date, waiting: readonly Waits[]): Promise<void> {
    const { groups, hash, held, lines, planned } = preview;
    const summary = { planned, held, groups, waiting };
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
