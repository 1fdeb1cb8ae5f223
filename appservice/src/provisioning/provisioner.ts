import { HomeserverError } from "../homeserver/index.ts";
import type { Homeserver } from "../homeserver/index.ts";
import type { Organisation, OrganisationSource, Problem } from "../organisation/index.ts";
import type { Database } from "../storage/index.ts";
import { adoptForgottenRooms } from "./adopt.ts";
import { desiredState } from "./desired.ts";
import { Executor } from "./executor.ts";
import { Mirror } from "./mirror.ts";
import { plan } from "./plan.ts";
import type { Held } from "./brake.ts";
import type { Action, Plan } from "./plan.ts";
import { previewOf } from "./preview.ts";
import type { Preview } from "./preview.ts";
import type { Policy } from "./policy.ts";
import type { Outcome } from "./scheduler.ts";

/** How far provisioning is, for a person who waits. */
export type Progress = {
  readonly phase: "waiting" | "planning" | "applying" | "idle" | "failed";
  /** Whether everything that somebody waits for at the screen is there. */
  readonly priorityReady: boolean;
  readonly done: number;
  readonly total: number;
  readonly problem?: string;
};

export type Failure = { readonly action: string; readonly problem: string };

/** What a run did. */
export type RunResult = {
  readonly id: string;
  readonly planned: number;
  readonly done: number;
  readonly failures: readonly Failure[];
  readonly held: readonly Held[];
  /** The source's problems; then nothing was changed. */
  readonly problems: readonly Problem[];
};

export type PreviewResult =
  | { readonly kind: "ok"; readonly preview: Preview }
  /** The source cannot be used; a run would change nothing. */
  | { readonly kind: "invalid"; readonly problems: readonly Problem[] };

/** A run in few words; the times are ISO 8601. */
export type RunSummary = {
  readonly id: string;
  readonly startedAt: string;
  /** Undefined while it is under way, or where it was cut off. */
  readonly finishedAt: string | undefined;
  readonly planned: number;
  readonly done: number;
  readonly failed: number;
};

/** What was approved is not what would be done by now. */
export class PlanChanged extends Error {
  override readonly name = "PlanChanged";
  /** The hash of what would be done now. */
  readonly hash: string;

  constructor(hash: string) {
    super("Something else would be done by now than what was approved.");
    this.hash = hash;
  }
}

/** What one go over the plan did. */
type Pass = {
  readonly done: number;
  readonly failures: readonly Failure[];
  readonly held: readonly Held[];
  /** Whether a later try may do what failed: the homeserver was away, or its answer was lost. */
  readonly mayPass: boolean;
};

/** What happens to business, for logs and metrics. */
export interface ProvisioningEvents {
  runStarted(run: { readonly id: string; readonly planned: number; readonly held: number }): void;
  runEnded(run: RunResult): void;
  sourceRefused(problems: readonly Problem[]): void;
  actionEnded(outcome: Outcome<Action>): void;
}

export type ProvisionerOptions = {
  readonly homeserver: Homeserver;
  readonly db: Database;
  readonly source: OrganisationSource;
  readonly policy: Policy;
  /** Source ids of people whose units come first. */
  readonly priorityPeople: readonly string[];
  readonly events: ProvisioningEvents;
  readonly newId: () => string;
  readonly newLocalpart: () => string;
  readonly now: () => Date;
  readonly sleep?: (ms: number) => Promise<void>;
};

const DAY_MS = 86_400_000;

/** A run of failures that may pass goes over the rest again, after these pauses in milliseconds. */
const PAUSES_MS = [1000, 5000, 30_000];

/** Brings the homeserver to what the source says: reads, plans, applies. One run at a time. */
export class Provisioner {
  readonly #options: ProvisionerOptions;
  readonly #mirror: Mirror;
  #progress: Progress = { phase: "waiting", priorityReady: false, done: 0, total: 0 };
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ProvisionerOptions) {
    this.#options = options;
    this.#mirror = new Mirror(options.db);
  }

  get progress(): Progress {
    return this.#progress;
  }

  /** The Matrix ID that stands for a person, or undefined before one was chosen. */
  userIdOf(sourceId: string): Promise<string | undefined> {
    return this.#mirror.userIdOf(sourceId);
  }

  /** The id of a managed room by key, or undefined before it was made. */
  async roomIdOf(key: string): Promise<string | undefined> {
    return [...(await this.#mirror.roomIds())].find(([, known]) => known === key)?.[0];
  }

  /**
   * Starts a run after the one that may be under way.
   *
   * @param approved the hash of the preview that was approved; without it whatever is planned is done
   * @throws PlanChanged if a hash is given, and something else would be done by now; nothing was done
   */
  run(approved?: string): Promise<RunResult> {
    const run = this.#last.then(() => this.#run(approved));
    this.#last = run.catch(() => {});
    return run;
  }

  /**
   * What a run would do; changes nothing. Waits for the run that may be under way.
   *
   * @returns the preview, or the source's problems
   */
  preview(): Promise<PreviewResult> {
    const preview = this.#last.then(() => this.#preview());
    this.#last = preview.catch(() => {});
    return preview;
  }

  async #preview(): Promise<PreviewResult> {
    const read = await this.#options.source.read();
    if (read.kind === "invalid") return { kind: "invalid", problems: read.problems };
    await adoptForgottenRooms(this.#options.homeserver, this.#mirror);
    return { kind: "ok", preview: await this.#previewOf(read.organisation) };
  }

  async #previewOf(organisation: Organisation): Promise<Preview> {
    const known = await this.#mirror.userIds();
    // Who is new has no Matrix ID before a run chooses one; to be told apart is enough here.
    const userIdOf = (sourceId: string) =>
      known.get(sourceId) ?? `@${sourceId}:${this.#options.homeserver.serverName}`;
    const sourceIds = new Map([...known].map(([sourceId, userId]) => [userId, sourceId]));
    for (const { id } of organisation.people) sourceIds.set(userIdOf(id), id);
    return previewOf(await this.#planFor(organisation, userIdOf), (userId) =>
      sourceIds.get(userId),
    );
  }

  async #planFor(
    organisation: Organisation,
    userIdOf: (sourceId: string) => string,
  ): Promise<Plan> {
    const { now, policy } = this.#options;
    const urgentUnits = this.#urgentUnits(organisation);
    return plan(desiredState(organisation, policy, userIdOf), await this.#mirror.read(), {
      urgent: (unit) => urgentUnits.has(unit),
      limits: policy.brake,
      removed: await this.#mirror.removalsSince(new Date(now().getTime() - DAY_MS)),
    });
  }

  /** The latest runs, the newest first. */
  async runs(limit: number): Promise<readonly RunSummary[]> {
    const rows = await this.#options.db
      .selectFrom("run")
      .selectAll()
      .orderBy("started_at", "desc")
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      id: row.id,
      startedAt: row.started_at.toISOString(),
      finishedAt: row.finished_at?.toISOString(),
      planned: row.planned,
      done: row.done,
      failed: row.failures.length,
    }));
  }

  async #run(approved: string | undefined): Promise<RunResult> {
    const { events, source, newId } = this.#options;
    const id = newId();
    const before = this.#progress;
    this.#progress = { ...before, phase: "planning" };
    try {
      const read = await source.read();
      if (read.kind === "invalid") {
        events.sourceRefused(read.problems);
        this.#progress = { ...this.#progress, phase: "failed", problem: describe(read.problems) };
        return { id, planned: 0, done: 0, failures: [], held: [], problems: read.problems };
      }
      if (approved !== undefined) {
        await adoptForgottenRooms(this.#options.homeserver, this.#mirror);
        const { hash } = await this.#previewOf(read.organisation);
        if (hash !== approved) throw new PlanChanged(hash);
      }
      return await this.#reconcile(id, read.organisation);
    } catch (error) {
      if (error instanceof PlanChanged) {
        this.#progress = before;
        throw error;
      }
      this.#progress = {
        ...this.#progress,
        phase: "failed",
        problem: error instanceof Error ? error.message : String(error),
      };
      throw error;
    }
  }

  async #reconcile(id: string, organisation: Organisation): Promise<RunResult> {
    const { db, events, now, sleep = wait } = this.#options;
    this.#progress = { ...this.#progress, done: 0, total: 0 };
    let pass = await this.#pass(id, organisation);
    let done = pass.done;
    for (const pause of PAUSES_MS) {
      if (!pass.mayPass) break;
      await sleep(pause);
      pass = await this.#pass(id, organisation);
      done += pass.done;
    }
    const { failures, held } = pass;
    await db
      .updateTable("run")
      .set({ finished_at: now(), done, failures: JSON.stringify(failures.slice(0, 1000)) })
      .where("id", "=", id)
      .execute();
    const planned = done + failures.length;
    const result: RunResult = { id, planned, done, failures, held, problems: [] };
    this.#progress = {
      ...this.#progress,
      phase: "idle",
      ...(failures.length === 0
        ? {}
        : {
            problem: `${failures.length} steps failed; the first: ${failures[0]?.action}: ${failures[0]?.problem}`,
          }),
    };
    events.runEnded(result);
    return result;
  }

  /** Compares what should be with what is, and applies the difference once. */
  async #pass(id: string, organisation: Organisation): Promise<Pass> {
    const { db, events, homeserver, newLocalpart, now } = this.#options;
    await adoptForgottenRooms(homeserver, this.#mirror);
    const userIds = await this.#mirror.chooseUserIds(
      organisation.people.map((person) => person.id),
      () => `@${newLocalpart()}:${homeserver.serverName}`,
    );
    const { actions, held } = await this.#planFor(
      organisation,
      (sourceId) => userIds.get(sourceId) ?? "",
    );
    let urgentLeft = actions.filter(({ urgent }) => urgent).length;
    const before = this.#progress.done;
    this.#progress = {
      phase: "applying",
      priorityReady: urgentLeft === 0,
      done: before,
      total: before + actions.length,
    };
    events.runStarted({ id, planned: actions.length, held: held.length });
    await db
      .insertInto("run")
      .values({
        id,
        started_at: now(),
        finished_at: null,
        planned: actions.length,
        done: 0,
        failures: "[]",
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();

    const failures: Failure[] = [];
    let done = 0;
    let mayPass = false;
    await new Executor(homeserver, this.#mirror).apply(actions, (outcome) => {
      if (outcome.result === "done") {
        done += 1;
        if (outcome.task.urgent) urgentLeft -= 1;
      } else failures.push({ action: outcome.task.id, problem: outcome.problem ?? outcome.result });
      if (outcome.error instanceof HomeserverError && outcome.error.retry === "later")
        mayPass = true;
      this.#progress = {
        ...this.#progress,
        priorityReady: urgentLeft === 0,
        done: before + done,
      };
      events.actionEnded(outcome);
    });
    return { done, failures, held, mayPass };
  }

  /** The units of the people who are waited for. */
  #urgentUnits(organisation: Organisation): ReadonlySet<string> {
    const people = new Set(this.#options.priorityPeople);
    return new Set(
      organisation.people
        .filter(({ id }) => people.has(id))
        .flatMap(({ memberships }) => memberships.map(({ unit }) => unit)),
    );
  }
}

function describe(problems: readonly Problem[]): string {
  const shown = problems
    .slice(0, 5)
    .map(({ path, message }) => `${path === "" ? "the file" : path}: ${message}`);
  const more = problems.length > 5 ? ` (and ${problems.length - 5} more)` : "";
  return `The organisation cannot be used, and nothing was changed. ${shown.join("; ")}${more}`;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
