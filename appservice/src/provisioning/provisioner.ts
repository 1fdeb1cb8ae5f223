import type { Actor, AuditLog } from "../audit/index.ts";
import { HomeserverError } from "../homeserver/index.ts";
import type { Homeserver } from "../homeserver/index.ts";
import { holdsOf } from "../organisation/index.ts";
import type { Organisation, OrganisationSource, Problem } from "../organisation/index.ts";
import type { Database, Lease, Leases } from "../storage/index.ts";
import type { Action } from "./action.ts";
import { adoptForgottenRooms } from "./adopt.ts";
import { Approvals, suffice } from "./approvals.ts";
import type { Approval } from "./approvals.ts";
import { brakeRemovals } from "./brake.ts";
import type { Held } from "./brake.ts";
import { desiredState } from "./desired.ts";
import type { DesiredNote } from "./desired-room.ts";
import { Drift } from "./drift.ts";
import { Executor } from "./executor.ts";
import { inspectConfidential } from "./inspect.ts";
import { Journal } from "./journal.ts";
import { lookForFirstMembers } from "./look-in.ts";
import { Mirror } from "./mirror.ts";
import type { Observed } from "./observed.ts";
import { PlanStore } from "./plan-store.ts";
import type { Waits } from "./plan-store.ts";
import { plan, released } from "./plan.ts";
import type { Policy } from "../policy/index.ts";
import type { Plan, Waiting } from "./plan.ts";
import { previewOf } from "./preview.ts";
import type { Preview } from "./preview.ts";
import { Pace } from "./progress.ts";
import type { Progress } from "./progress.ts";
import { ownerPeopleOf } from "./removals.ts";
import { RunStore } from "./run-store.ts";
import type { Failure, RunRecord, RunState, RunTrigger } from "./run-store.ts";
import type { Outcome } from "./scheduler.ts";
import { SourceDesk } from "./source-desk.ts";
import type { Answer, SourceRecord } from "./source-desk.ts";
import { undoActions } from "./undo.ts";
import { whois } from "./whois.ts";
import type { Whois } from "./whois.ts";

/** What a run did. */
export type RunResult = {
  readonly id: string;
  readonly state: RunState;
  readonly planned: number;
  readonly done: number;
  readonly failures: readonly Failure[];
  readonly held: readonly Held[];
  /** Why nothing was changed. */
  readonly problems: readonly Problem[];
};

/** A plan as people look at it. */
export type PlanView = Preview & {
  /** ISO 8601. */
  readonly madeAt: string;
  /** Whether the source is new: nothing is carried out before people say so. */
  readonly firstRun: boolean;
  /** Whether this answer was undone: it is not applied by itself. */
  readonly suspended: boolean;
  readonly approvals: readonly Approval[];
  /** Whether what the brake holds would go as well. */
  readonly released: boolean;
  readonly waiting: readonly Waits[];
  readonly notes: readonly DesiredNote[];
  readonly quarantined: SourceRecord["quarantined"];
};

export type PlanAnswer =
  | { readonly kind: "ok"; readonly plan: PlanView }
  /** The source cannot be used; a run would change nothing. */
  | { readonly kind: "invalid"; readonly problems: readonly Problem[] };

/** What was approved is not what would be done by now. */
export class PlanChanged extends Error {
  override readonly name = "PlanChanged";
  /** The hash of what would be done now. */
  readonly hash: string;

  constructor(hash: string) {
    super("Something else would be done by now than what was approved. Look at the plan again.");
    this.hash = hash;
  }
}

/** A run that cannot be undone, and why. */
export class NotUndoable extends Error {
  override readonly name = "NotUndoable";
}

/** What happens to business, for logs and metrics. */
export interface ProvisioningEvents {
  runStarted(run: { readonly id: string; readonly planned: number; readonly held: number }): void;
  runEnded(run: RunResult): void;
  sourceRefused(problems: readonly Problem[]): void;
  actionEnded(outcome: Outcome<Action>): void;
  /** Somebody broke the glass: loud. */
  glassBroken(by: { readonly person: string; readonly planHash: string }): void;
}

export type RunRequest = {
  readonly trigger: RunTrigger;
  readonly actor: Actor;
  /** The plan that was looked at; whatever is planned, if left out. */
  readonly planHash?: string | undefined;
  /** Only what mends these targets (see {@link driftTarget}). */
  readonly only?: ReadonlyMap<string, readonly string[]>;
};

export type ProvisionerOptions = {
  readonly homeserver: Homeserver;
  readonly db: Database;
  readonly sourceId: string;
  readonly source: OrganisationSource;
  readonly sourceTimeoutMs?: number;
  readonly policy: Policy;
  /** Source ids of people whose units come first. */
  readonly priorityPeople: readonly string[];
  readonly events: ProvisioningEvents;
  readonly audit: AuditLog;
  /** Decides between several copies of the appservice: one run at a time in all of them. */
  readonly leases?: Pick<Leases, "withLease">;
  /** Told of each organisation that was accepted, before it is carried out. */
  readonly onAccepted?: (organisation: Organisation) => Promise<void>;
  readonly newId: () => string;
  readonly newLocalpart: () => string;
  readonly now: () => Date;
  readonly sleep?: (ms: number) => Promise<void>;
};

const DAY_MS = 86_400_000;
const SOURCE_TIMEOUT_MS = 60_000;
/** Steps are kept this long: who wants to undo a run later corrects the source. */
const STEPS_KEPT_MS = 7 * DAY_MS;

/** A run of failures that may pass goes over the rest again, after these pauses in milliseconds. */
const PAUSES_MS = [1000, 5000, 30_000];

/** What is run without anybody having asked for it. */
const AUTOMATIC: ReadonlySet<RunTrigger> = new Set(["start", "schedule", "drift"]);

/** Brings the homeserver to what the source says: reads, plans, applies. One run at a time. */
export class Provisioner {
  readonly #options: ProvisionerOptions;
  readonly #mirror: Mirror;
  readonly #runs: RunStore;
  readonly #plans: PlanStore;
  readonly #approvals: Approvals;
  readonly #desk: SourceDesk;
  #progress: Progress = { phase: "waiting", priorityReady: false, done: 0, total: 0 };
  #last: Promise<unknown> = Promise.resolve();
  readonly #drift: Drift;
  readonly #expected = new Set<string>();
  /** Runs that were asked for and have not begun: they wait for another one, or for another copy. */
  readonly #queued = new Map<string, RunRecord>();
  #repairing = false;
  #active: { readonly id: string; readonly stop: AbortController } | undefined;
  /** The last answer that could be used, for repairs between two readings. */
  #accepted: Answer | undefined;

  constructor(options: ProvisionerOptions) {
    this.#options = options;
    const { db, homeserver, now, source, sourceId } = options;
    this.#mirror = new Mirror(db, homeserver.provisioningUser);
    this.#runs = new RunStore(db);
    this.#plans = new PlanStore(db);
    this.#approvals = new Approvals(db, now);
    this.#drift = new Drift({
      db,
      provisioningUser: homeserver.provisioningUser,
      policy: options.policy,
      now,
      isExpected: (roomId, userId) => this.#expected.has(`${roomId} ${userId}`),
      onOpen: () => void this.repair(),
    });
    this.#desk = new SourceDesk({
      id: sourceId,
      source,
      db,
      now,
      timeoutMs: options.sourceTimeoutMs ?? SOURCE_TIMEOUT_MS,
    });
  }

  get progress(): Progress {
    return this.#progress;
  }

  get runs(): RunStore {
    return this.#runs;
  }

  get mirror(): Mirror {
    return this.#mirror;
  }

  /** What others change in managed rooms. */
  get drift(): Drift {
    return this.#drift;
  }

  /**
   * Mends what others changed, as far as the policy says so. At once, or after the run that is under
   * way; what comes meanwhile is mended with it.
   */
  async repair(): Promise<void> {
    if (this.#repairing) return;
    this.#repairing = true;
    try {
      await this.#last;
      // What was heard while we waited is mended by the same run.
      this.#repairing = false;
      const open = await this.#drift.open();
      if (open.size === 0) return;
      const { ended } = this.start({ trigger: "drift", actor: SYSTEM, only: open });
      await ended;
    } catch {
      // The run's record has the reason; what is open is mended by the next run.
    } finally {
      this.#repairing = false;
    }
  }

  /** Looks at the confidential rooms, of which nothing is heard; what differs is noted as drift. */
  async inspect(): Promise<void> {
    const { db, homeserver, now, policy } = this.#options;
    if (this.#accepted === undefined) return;
    const known = await this.#mirror.userIds();
    const desired = desiredState(this.#accepted.organisation, policy, {
      userIdOf: (sourceId) => known.get(sourceId) ?? `@${sourceId}:${homeserver.serverName}`,
      serverName: homeserver.serverName,
      today: now().toISOString().slice(0, 10),
    });
    await inspectConfidential(homeserver, db, desired, await this.#mirror.read(), this.#drift);
  }

  source(): Promise<SourceRecord> {
    return this.#desk.record();
  }

  /** A person of the source on the homeserver, and why they are in each of their rooms. */
  whois(sourceId: string): Promise<Whois | undefined> {
    return whois(this.#options.db, this.#accepted?.organisation, sourceId);
  }

  /** The last answer that could be used. @returns undefined before the first one */
  get accepted(): Organisation | undefined {
    return this.#accepted?.organisation;
  }

  /**
   * What a run would do now, stored under its hash; changes nothing.
   *
   * @returns the plan, or the source's problems
   */
  async plan(): Promise<PlanAnswer> {
    const read = await this.#desk.read();
    if (read.kind === "invalid") return read;
    if (this.#active === undefined)
      await adoptForgottenRooms(this.#options.homeserver, this.#mirror);
    const { preview, ...told } = await this.#preview(read.answer);
    await this.#plans.save(preview, this.#options.now(), told);
    const view = await this.planByHash(preview.hash);
    if (view === undefined) throw new Error("The plan was not stored.");
    return { kind: "ok", plan: view };
  }

  /** A plan that was made before, as it was; its approvals as they are now. */
  async planByHash(hash: string): Promise<PlanView | undefined> {
    const stored = await this.#plans.get(hash);
    if (stored === undefined) return undefined;
    const { confirmedAt, contentHash, quarantined, suspendedHash } = await this.#desk.record();
    const approvals = await this.#approvals.of(hash);
    return {
      ...stored,
      firstRun: confirmedAt === undefined,
      suspended: suspendedHash !== undefined && suspendedHash === contentHash,
      approvals,
      released: suffice(approvals),
      quarantined,
    };
  }

  /**
   * A person approves what the brake holds in a plan. The caller has made sure that it is a person, with
   * the right to.
   *
   * @returns the approvals that count by now, or undefined where there is no such plan
   */
  async approve(
    hash: string,
    approval: Pick<Approval, "kind" | "person" | "reason">,
  ): Promise<readonly Approval[] | undefined> {
    if ((await this.#plans.get(hash)) === undefined) return undefined;
    const { audit, db, events } = this.#options;
    await db.transaction().execute(async (trx) => {
      await this.#approvals.give(hash, approval, trx);
      await audit.append(
        [
          {
            actor: { kind: "person", id: approval.person },
            action: approval.kind === "approve" ? "plan.approved" : "plan.glass-broken",
            subject: hash,
            reason: approval.reason,
          },
        ],
        trx,
      );
    });
    if (approval.kind === "break-glass")
      events.glassBroken({ person: approval.person, planHash: hash });
    return this.#approvals.of(hash);
  }

  /**
   * Starts a run. What nobody asked for makes way for what somebody did, and an older reading of the
   * source for a newer one: a leaver must not wait for the end of a city's first provisioning.
   *
   * @returns its id, and its end. The end rejects with PlanChanged if a plan is named and something else
   *   would be done by now; then nothing was done
   */
  start(request: RunRequest): { readonly id: string; readonly ended: Promise<RunResult> } {
    const id = this.#options.newId();
    if (AUTOMATIC.has(request.trigger) && request.trigger !== "drift") this.#active?.stop.abort();
    this.#queue(id, request);
    const ended = this.#last.then(() => this.#alone((lease) => this.#run(id, request, lease)));
    this.#last = ended.catch(() => {});
    return { id, ended };
  }

  /** Starts a run and waits for its end. */
  run(request: Partial<RunRequest> = {}): Promise<RunResult> {
    return this.start({ trigger: "request", actor: SYSTEM, ...request }).ended;
  }

  /** How far a run is that may be under way. */
  async runOf(id: string): Promise<(RunRecord & { readonly progress?: Progress }) | undefined> {
    const record = (await this.#runs.get(id)) ?? this.#queued.get(id);
    if (record === undefined || this.#active?.id !== id) return record;
    return { ...record, done: this.#progress.done, progress: this.#progress };
  }

  /**
   * Takes the latest changes back, as long as nothing came after them; the answer that led to them is
   * not applied again until somebody asks for it. Erased accounts stay erased.
   *
   * @throws NotUndoable, with the reason in words
   */
  async undo(
    runId: string,
    actor: Actor,
  ): Promise<{ readonly id: string; readonly ended: Promise<RunResult> }> {
    const run = await this.#runs.get(runId);
    if (run === undefined) throw new NotUndoable("There is no such run.");
    if (run.undoneBy !== undefined) throw new NotUndoable("It was undone already.");
    if (run.state === "running" || this.#active !== undefined)
      throw new NotUndoable("A run is under way: please wait for its end.");
    const last = await this.#runs.lastChanging();
    if (last?.id !== runId)
      throw new NotUndoable(
        last === undefined || run.done === 0
          ? "It changed nothing."
          : "A later run changed something: please correct the source instead.",
      );
    const id = this.#options.newId();
    this.#queue(id, { trigger: "undo", actor });
    const ended = this.#last.then(() => this.#alone((lease) => this.#undo(id, run, actor, lease)));
    this.#last = ended.catch(() => {});
    return { id, ended };
  }

  #queue(id: string, { actor, planHash, trigger }: RunRequest): void {
    this.#queued.set(id, {
      id,
      trigger,
      actor,
      planHash,
      state: "queued",
      undoOf: undefined,
      undoneBy: undefined,
      startedAt: this.#options.now().toISOString(),
      finishedAt: undefined,
      planned: 0,
      done: 0,
      held: 0,
      failures: [],
      problems: [],
    });
  }

  /** As the only one of several copies. What a copy that died left is told as such. */
  #alone<T>(work: (lease: Lease | undefined) => Promise<T>): Promise<T> {
    const { leases, now } = this.#options;
    if (leases === undefined) return work(undefined);
    return leases.withLease("provisioning", async (lease) => {
      await this.#runs.closeLeft(now());
      return work(lease);
    });
  }

  async #undo(
    id: string,
    run: RunRecord,
    actor: Actor,
    lease: Lease | undefined,
  ): Promise<RunResult> {
    const { now } = this.#options;
    const steps = await this.#runs.steps(run.id);
    await this.#runs.begin({ id, trigger: "undo", actor, undoOf: run.id, at: now() });
    this.#queued.delete(id);
    const { contentHash } = await this.#desk.record();
    if (contentHash !== undefined) await this.#desk.suspend(contentHash);
    await this.#runs.noteUndone(run.id, id);
    return this.#carryOut(id, { trigger: "undo", actor }, lease, async (observed) => {
      const actions = undoActions(steps, observed);
      // Taking back what was given is a removal like any other: an undone first run must not empty the city.
      const removals = actions.flatMap((action) =>
        action.kind === "lock-account" || action.kind === "remove-member" ? [action] : [],
      );
      const { held } = brakeRemovals(removals, {
        limits: this.#options.policy.brake,
        counted: await this.#counted(),
        people: new Set([...observed.accounts.values()].map(({ userId }) => userId)),
        ownerPeople: ownerPeopleOf(observed),
        rooms: observed.rooms.size,
        sourceIsEmpty: false,
      });
      const waits = new Set(held.map(({ action }) => action.id));
      return { actions: actions.filter((one) => !waits.has(one.id)), held, waiting: [], notes: [] };
    });
  }

  async #run(id: string, request: RunRequest, lease: Lease | undefined): Promise<RunResult> {
    const { actor, planHash, trigger } = request;
    const { events, homeserver, now } = this.#options;
    const before = this.#progress;
    this.#progress = { ...before, phase: "planning" };
    await this.#runs.begin({ id, trigger, actor, planHash, at: now() });
    this.#queued.delete(id);
    try {
      const read =
        trigger === "drift" && this.#accepted !== undefined
          ? ({ kind: "ok", answer: this.#accepted } as const)
          : await this.#desk.read();
      if (read.kind === "invalid") {
        events.sourceRefused(read.problems);
        this.#progress = { ...this.#progress, phase: "failed", problem: describe(read.problems) };
        return await this.#refuse(id, read.problems);
      }
      const { answer } = read;
      await adoptForgottenRooms(homeserver, this.#mirror);
      const refusal = await this.#refusalOf(request, answer);
      if (refusal !== undefined) {
        this.#progress = before;
        return await this.#refuse(id, [{ path: "", message: refusal }]);
      }
      let mayGo = false;
      if (planHash !== undefined) {
        const { preview } = await this.#preview(answer);
        if (preview.hash !== planHash) throw new PlanChanged(preview.hash);
        mayGo = suffice(await this.#approvals.of(planHash));
      }
      if (!AUTOMATIC.has(trigger)) await this.#desk.confirm(answer);
      this.#accepted = answer;
      if (trigger !== "drift") await this.inspect();
      await this.#options.onAccepted?.(answer.organisation);
      return await this.#carryOut(id, request, lease, (observed) =>
        this.#planNow(answer, observed, mayGo, request.only),
      );
    } catch (error) {
      // What a source or a database says may hold secrets: it is for the log.
      const problem =
        error instanceof HomeserverError || error instanceof PlanChanged
          ? error.message
          : "It failed unexpectedly; the log tells why.";
      await this.#runs
        .end(id, {
          state: error instanceof PlanChanged ? "refused" : "failed",
          at: now(),
          problems: [{ path: "", message: problem }],
        })
        .catch(() => {});
      this.#progress =
        error instanceof PlanChanged
          ? { ...before, phase: before.phase === "waiting" ? "waiting" : "idle" }
          : { ...this.#progress, phase: "failed", problem };
      throw error;
    }
  }

  /** Why a run that nobody asked for must not go ahead. */
  async #refusalOf({ trigger }: RunRequest, { contentHash }: Answer): Promise<string | undefined> {
    if (!AUTOMATIC.has(trigger)) return undefined;
    const { confirmedAt, suspendedHash } = await this.#desk.record();
    if (confirmedAt === undefined)
      return "The source is new: please look at its first plan and have it carried out.";
    if (trigger !== "drift" && suspendedHash === contentHash)
      return "This answer was undone: it is not applied again until somebody asks for it.";
    return undefined;
  }

  async #refuse(id: string, problems: readonly Problem[]): Promise<RunResult> {
    await this.#runs.end(id, { state: "refused", at: this.#options.now(), problems });
    return { id, state: "refused", planned: 0, done: 0, failures: [], held: [], problems };
  }

  #counted() {
    return this.#mirror.countedSince(new Date(this.#options.now().getTime() - DAY_MS));
  }

  async #planFor(
    { organisation, quarantined }: Answer,
    observed: Observed,
    userIdOf: (sourceId: string) => string,
  ): Promise<Plan> {
    const { homeserver, now, policy } = this.#options;
    const urgentUnits = this.#urgentUnits(organisation);
    const desired = desiredState(organisation, policy, {
      userIdOf,
      serverName: homeserver.serverName,
      today: now().toISOString().slice(0, 10),
    });
    const seen = await lookForFirstMembers(homeserver, desired, observed);
    return plan(desired, seen, {
      urgent: (unit) => urgentUnits.has(unit),
      limits: policy.brake,
      counted: await this.#counted(),
      quarantined: holdsOf(quarantined),
      graceOverBefore: now().getTime() - policy.leavers.graceDays * DAY_MS,
    });
  }

  /** The plan of a reading, before anybody has a Matrix ID chosen for them. */
  async #preview(answer: Answer): Promise<{
    readonly preview: Preview;
    readonly waiting: PlanView["waiting"];
    readonly notes: PlanView["notes"];
  }> {
    const known = await this.#mirror.userIds();
    // Who is new has no Matrix ID before a run chooses one; to be told apart is enough here.
    const userIdOf = (sourceId: string) =>
      known.get(sourceId) ?? `@${sourceId}:${this.#options.homeserver.serverName}`;
    const sourceIds = new Map([...known].map(([sourceId, userId]) => [userId, sourceId]));
    for (const { id } of answer.organisation.people) sourceIds.set(userIdOf(id), id);
    const sourceIdOf = (userId: string) => sourceIds.get(userId);
    const made = await this.#planFor(answer, await this.#mirror.read(), userIdOf);
    return {
      preview: previewOf(made, sourceIdOf),
      waiting: made.waiting.map(({ key, userId }: Waiting) => ({
        room: key,
        person: sourceIdOf(userId) ?? userId,
      })),
      notes: made.notes,
    };
  }

  async #planNow(
    answer: Answer,
    observed: Observed,
    mayGo: boolean,
    only: RunRequest["only"],
  ): Promise<Plan> {
    const { homeserver, newLocalpart } = this.#options;
    const userIds = await this.#mirror.chooseUserIds(
      answer.organisation.people.map((person) => person.id),
      () => `@${newLocalpart()}:${homeserver.serverName}`,
    );
    const made = await this.#planFor(answer, observed, (sourceId) => userIds.get(sourceId) ?? "");
    const going = mayGo ? released(made) : made;
    if (only === undefined) return going;
    return { ...going, actions: going.actions.filter((action) => only.has(driftTarget(action))) };
  }

  /** Plans and applies, and goes over what failed again as long as it may pass. */
  async #carryOut(
    id: string,
    { actor, trigger }: RunRequest,
    lease: Lease | undefined,
    planOf: (observed: Observed) => Promise<Plan>,
  ): Promise<RunResult> {
    const { audit, events, now, sleep = wait } = this.#options;
    const stop = new AbortController();
    this.#active = { id, stop };
    await this.#runs.forgetSteps(new Date(now().getTime() - STEPS_KEPT_MS));
    const journal = new Journal({
      db: this.#options.db,
      runId: id,
      now,
      audit,
      lease,
    });
    const lost = () => stop.abort();
    lease?.signal.addEventListener("abort", lost, { once: true });
    const mended = new Set<string>();
    try {
      this.#progress = { ...this.#progress, done: 0, total: 0 };
      let pass = await this.#pass(id, actor, planOf, journal, stop.signal, mended);
      let done = pass.done;
      for (const pause of PAUSES_MS) {
        if (!pass.mayPass || stop.signal.aborted) break;
        await sleep(pause);
        if (trigger !== "undo") await adoptForgottenRooms(this.#options.homeserver, this.#mirror);
        pass = await this.#pass(id, actor, planOf, journal, stop.signal, mended);
        done += pass.done;
      }
      const { failures, held, left } = pass;
      await this.#drift.settle(await this.#drift.open(), id, {
        mended,
        failed: failures.length > 0 || left > 0,
      });
      const state: RunState = left > 0 ? "left" : failures.length > 0 ? "failed" : "done";
      await this.#runs.end(id, { state, at: now(), done, failures });
      const planned = done + failures.length + left;
      const result: RunResult = { id, state, planned, done, failures, held, problems: [] };
      this.#progress = {
        ...this.#progress,
        phase: "idle",
        secondsLeft: 0,
        ...(failures.length === 0
          ? {}
          : {
              problem: `${failures.length} steps failed; the first: ${failures[0]?.action}: ${failures[0]?.problem}`,
            }),
      };
      events.runEnded(result);
      return result;
    } finally {
      lease?.signal.removeEventListener("abort", lost);
      this.#active = undefined;
    }
  }

  /** Compares what should be with what is, and applies the difference once. */
  async #pass(
    id: string,
    actor: Actor,
    planOf: (observed: Observed) => Promise<Plan>,
    journal: Journal,
    signal: AbortSignal,
    /** Filled with what was done, in the words of drift. */
    mended: Set<string>,
  ): Promise<{
    readonly done: number;
    readonly failures: readonly Failure[];
    readonly held: readonly Held[];
    readonly left: number;
    /** Whether a later try may do what failed: the homeserver was away, or its answer was lost. */
    readonly mayPass: boolean;
  }> {
    const { events, homeserver } = this.#options;
    const observed = await this.#mirror.read();
    const { actions, held } = await planOf(observed);
    let urgentLeft = actions.filter(({ urgent }) => urgent).length;
    const before = this.#progress.done;
    const pace = new Pace(actions, () => this.#options.now().getTime());
    this.#progress = {
      phase: "applying",
      priorityReady: urgentLeft === 0,
      done: before,
      total: before + actions.length,
    };
    events.runStarted({ id, planned: actions.length, held: held.length });
    await this.#runs.notePlanned(id, before + actions.length, held.length);
    const sourceIds = new Map(
      [...(await this.#mirror.userIds())].map(([sourceId, userId]) => [userId, sourceId]),
    );
    const failures: Failure[] = [];
    let done = 0;
    let left = 0;
    let mayPass = false;
    await new Executor({
      homeserver,
      journal,
      observed,
      actor,
      runId: id,
      signal,
      expected: this.#expected,
      sourceIdOf: (userId) => sourceIds.get(userId),
    }).apply(actions, (outcome) => {
      const { error, problem, result, task } = outcome;
      if (result === "done") {
        done += 1;
        mended.add(driftTarget(task));
        if (task.urgent) urgentLeft -= 1;
        pace.ended(task);
      } else if (result === "left") left += 1;
      else failures.push({ action: task.id, problem: problem ?? result });
      if (error instanceof HomeserverError && error.retry === "later") mayPass = true;
      this.#progress = {
        ...this.#progress,
        priorityReady: urgentLeft === 0,
        done: before + done,
        secondsLeft: pace.secondsLeft,
      };
      events.actionEnded(outcome);
    });
    return { done, failures, held, left, mayPass };
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

export const SYSTEM: Actor = { kind: "system", id: "provisioning" };

/** What an action mends, in the words of drift: a room's piece of state, or a person's place in it. */
export function driftTarget(action: Action): string {
  if (action.kind === "set-state") return action.id.slice("state:".length);
  return "key" in action && "userId" in action ? `${action.key}:${action.userId}` : action.id;
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
