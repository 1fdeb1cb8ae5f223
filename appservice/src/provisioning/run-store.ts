import { sql } from "kysely";
import type { Actor } from "../audit/index.ts";
import type { Problem } from "../organisation/index.ts";
import type { Database } from "../storage/index.ts";
import { UndoStep } from "./undo.ts";

/** What made a run begin. */
export type RunTrigger = "start" | "schedule" | "request" | "approval" | "drift" | "undo";

/**
 * `left`: something newer took over, or the process died; `refused`: nothing was changed, since the
 * source cannot be used, or people have to confirm first.
 */
export type RunState = "running" | "done" | "failed" | "left" | "refused";

export type Failure = { readonly action: string; readonly problem: string };

/** A run as it is told; the times are ISO 8601. */
export type RunRecord = {
  readonly id: string;
  readonly trigger: string;
  readonly actor: Readonly<Record<string, unknown>>;
  readonly state: string;
  readonly planHash: string | undefined;
  readonly undoOf: string | undefined;
  readonly undoneBy: string | undefined;
  readonly startedAt: string;
  readonly finishedAt: string | undefined;
  readonly planned: number;
  readonly done: number;
  readonly held: number;
  readonly failures: readonly Readonly<Record<string, unknown>>[];
  /** Why it was refused. */
  readonly problems: readonly Readonly<Record<string, unknown>>[];
};

/** How many failures and problems a run's record keeps. */
const MOST_KEPT = 1000;

/** The runs and their steps, as stored. */
export class RunStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async begin(run: {
    readonly id: string;
    readonly trigger: RunTrigger;
    readonly actor: Actor;
    readonly planHash?: string | undefined;
    readonly undoOf?: string | undefined;
    readonly at: Date;
  }): Promise<void> {
    await this.#db
      .insertInto("run")
      .values({
        id: run.id,
        trigger: run.trigger,
        actor: JSON.stringify(run.actor),
        plan_hash: run.planHash ?? null,
        undo_of: run.undoOf ?? null,
        undone_by: null,
        state: "running",
        started_at: run.at,
        finished_at: null,
      })
      .execute();
  }

  async notePlanned(id: string, planned: number, held: number): Promise<void> {
    await this.#db.updateTable("run").set({ planned, held }).where("id", "=", id).execute();
  }

  async end(
    id: string,
    end: {
      readonly state: RunState;
      readonly at: Date;
      readonly done?: number;
      readonly failures?: readonly Failure[];
      readonly problems?: readonly Problem[];
    },
  ): Promise<void> {
    await this.#db
      .updateTable("run")
      .set({
        state: end.state,
        finished_at: end.at,
        ...(end.done === undefined ? {} : { done: end.done }),
        failures: JSON.stringify((end.failures ?? []).slice(0, MOST_KEPT)),
        problems: JSON.stringify((end.problems ?? []).slice(0, MOST_KEPT)),
      })
      .where("id", "=", id)
      .execute();
  }

  /** Runs that a dead process left: told as such. The caller must be the only one who runs. */
  async closeLeft(at: Date): Promise<void> {
    await this.#db
      .updateTable("run")
      .set({ state: "left", finished_at: at })
      .where("state", "=", "running")
      .execute();
  }

  /** The newest first, those before `before` (a run's id). */
  async list(limit: number, before?: string): Promise<readonly RunRecord[]> {
    const rows = await this.#db
      .selectFrom("run")
      .selectAll()
      .$if(before !== undefined, (query) =>
        query.where(
          sql<boolean>`(started_at, id) < (select started_at, id from run where id = ${before ?? ""})`,
        ),
      )
      .orderBy("started_at", "desc")
      .orderBy("id", "desc")
      .limit(limit)
      .execute();
    return rows.map(toRecord);
  }

  async get(id: string): Promise<RunRecord | undefined> {
    const row = await this.#db
      .selectFrom("run")
      .selectAll()
      .where("id", "=", id)
      .executeTakeFirst();
    return row === undefined ? undefined : toRecord(row);
  }

  /** The steps of a run, in the order in which they were made. */
  async steps(id: string): Promise<readonly UndoStep[]> {
    const rows = await this.#db
      .selectFrom("run_step")
      .select("undo")
      .where("run_id", "=", id)
      .orderBy("nth")
      .execute();
    return rows.flatMap(({ undo }) => {
      const step = UndoStep.safeParse(undo);
      return step.success ? [step.data] : [];
    });
  }

  /** The latest run that changed anything. */
  async lastChanging(): Promise<RunRecord | undefined> {
    const row = await this.#db
      .selectFrom("run")
      .selectAll()
      .where("done", ">", 0)
      .orderBy("started_at", "desc")
      .orderBy("id", "desc")
      .limit(1)
      .executeTakeFirst();
    return row === undefined ? undefined : toRecord(row);
  }

  async noteUndone(id: string, by: string): Promise<void> {
    await this.#db.updateTable("run").set({ undone_by: by }).where("id", "=", id).execute();
  }

  /** Forgets the steps of runs that ended before a moment: they cannot be undone any more. */
  async forgetSteps(before: Date): Promise<void> {
    await this.#db
      .deleteFrom("run_step")
      .where("run_id", "in", (query) =>
        query.selectFrom("run").select("id").where("finished_at", "<", before),
      )
      .execute();
  }
}

type RunRow = {
  readonly id: string;
  readonly trigger: string;
  readonly actor: Record<string, unknown>;
  readonly state: string;
  readonly plan_hash: string | null;
  readonly undo_of: string | null;
  readonly undone_by: string | null;
  readonly started_at: Date;
  readonly finished_at: Date | null;
  readonly planned: number;
  readonly done: number;
  readonly held: number;
  readonly failures: readonly Record<string, unknown>[];
  readonly problems: readonly Record<string, unknown>[];
};

function toRecord(row: RunRow): RunRecord {
  return {
    id: row.id,
    trigger: row.trigger,
    actor: row.actor,
    state: row.state,
    planHash: row.plan_hash ?? undefined,
    undoOf: row.undo_of ?? undefined,
    undoneBy: row.undone_by ?? undefined,
    startedAt: row.started_at.toISOString(),
    finishedAt: row.finished_at?.toISOString(),
    planned: row.planned,
    done: row.done,
    held: row.held,
    failures: row.failures,
    problems: row.problems,
  };
}
