import { z } from "zod";
import type { Actor } from "../../audit/index.ts";
import type { Caller } from "../../access/index.ts";
import { NotUndoable, PlanNote, PreviewGroup, PreviewLine } from "../../provisioning/index.ts";
import type { PlanView, Provisioner } from "../../provisioning/index.ts";
import type { Problem } from "../../organisation/index.ts";
import { nextOf, numberPlace, pageQuery, textPlace } from "../paging.ts";
import { HttpProblem } from "../problem.ts";
import { ADMINISTRATORS, APPLIERS, defineRoute, PLANNERS, READERS } from "../route.ts";
import type { Answer, Route } from "../route.ts";

/** How many of a plan's lines one answer holds. */
const MOST_LINES = 5000;

const hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "must be a plan's hash: 64 hexadecimal digits")
  .meta({ description: "A plan's hash", example: "0".repeat(64) });
const PlanParams = z.strictObject({ hash });
const RunParams = z.strictObject({ id: z.string().min(1).max(100) });
const Reason = z.strictObject({
  reason: z.string().trim().min(3, "must say why, in a few words").max(500),
});

const Approval = z.object({
  person: z.string(),
  kind: z.enum(["approve", "break-glass"]),
  reason: z.string(),
  at: z.string(),
});
const Plan = z
  .object({
    hash: z.string(),
    madeAt: z.string(),
    firstRun: z.boolean(),
    suspended: z.boolean(),
    released: z.boolean(),
    approvals: z.array(Approval),
    planned: z.number(),
    held: z.number(),
    groups: z.array(PreviewGroup),
    lines: z.array(PreviewLine),
    more: z.boolean(),
    waiting: z.array(z.object({ room: z.string(), person: z.string() })),
    notes: z.array(PlanNote),
    quarantined: z.array(z.record(z.string(), z.unknown())),
  })
  .meta({ id: "Plan" });
const Progress = z.object({
  phase: z.enum(["waiting", "planning", "applying", "idle", "failed"]),
  priorityReady: z.boolean(),
  done: z.number(),
  total: z.number(),
  secondsLeft: z.number().optional(),
  problem: z.string().optional(),
});
const Run = z
  .object({
    id: z.string(),
    trigger: z.string(),
    actor: z.record(z.string(), z.unknown()),
    state: z.string(),
    planHash: z.string().optional(),
    undoOf: z.string().optional(),
    undoneBy: z.string().optional(),
    startedAt: z.string(),
    finishedAt: z.string().optional(),
    planned: z.number(),
    done: z.number(),
    held: z.number(),
    failures: z.array(z.record(z.string(), z.unknown())),
    problems: z.array(z.record(z.string(), z.unknown())),
    progress: Progress.optional(),
  })
  .meta({ id: "Run" });
const DriftEntry = z
  .object({
    id: z.string(),
    room: z.string(),
    what: z.string(),
    subject: z.string(),
    sender: z.string(),
    at: z.string(),
    state: z.enum(["open", "repaired", "reported", "fine"]),
    run: z.string().optional(),
  })
  .meta({ id: "DriftEntry" });
const Started = z.object({ id: z.string() });
const started = { description: "It was started; look at the run", schema: Started };
const Source = z.object({
  id: z.string(),
  name: z.string().optional(),
  contentHash: z.string().optional(),
  confirmedAt: z.string().optional(),
  suspendedHash: z.string().optional(),
  readAt: z.string().optional(),
  answeredAt: z.string().optional(),
  people: z.number(),
  units: z.number(),
  problems: z.array(z.record(z.string(), z.unknown())),
  quarantined: z.array(z.record(z.string(), z.unknown())),
});

/** Who did it, for the audit log and the runs' records. */
export function actorOf(caller: Caller): Actor {
  switch (caller.kind) {
    case "person":
      return { kind: "person", id: caller.sourceId };
    case "token":
      return { kind: "token", id: caller.id };
    case "machine":
      return { kind: "system", id: "machine" };
  }
}

/** Sources, plans with their approvals, and runs. */
export function provisioningRoutes(provisioner: Provisioner): readonly Route[] {
  const start = (
    caller: Caller,
    planHash?: string,
    trigger: "request" | "approval" = "request",
  ) => {
    const { ended, id } = provisioner.start({ trigger, actor: actorOf(caller), planHash });
    // How it ends is in the run's record.
    ended.catch(() => {});
    return id;
  };
  const approve =
    (kind: "approve" | "break-glass") =>
    async (
      { params, body }: { readonly params: { hash: string }; readonly body: { reason: string } },
      caller: Caller,
    ): Promise<Answer> => {
      if (caller.kind !== "person") throw new HttpProblem("forbidden");
      const approvals = await provisioner.approve(params.hash, {
        kind,
        person: caller.sourceId,
        reason: body.reason,
      });
      if (approvals === undefined) throw new HttpProblem("not_found", "There is no such plan.");
      const view = await provisioner.planByHash(params.hash);
      const run = view?.released === true ? { run: start(caller, params.hash, "approval") } : {};
      return { status: 201, body: { approvals, released: view?.released === true, ...run } };
    };
  const Approved = z.object({
    approvals: z.array(Approval),
    released: z.boolean(),
    run: z.string().optional(),
  });
  return [
    defineRoute({
      method: "GET",
      path: "/sources",
      tag: "Sources",
      summary: "The sources, and how each answered last",
      access: READERS,
      answers: {
        200: { description: "All sources", schema: z.object({ sources: z.array(Source) }) },
      },
      handle: async () => ({ status: 200, body: { sources: [await provisioner.source()] } }),
    }),
    defineRoute({
      method: "POST",
      path: "/plans",
      tag: "Plans",
      summary: "Reads the source and says what would change, and why; changes nothing",
      access: PLANNERS,
      answers: {
        201: { description: "The plan", schema: Plan },
        409: { description: "The source cannot be used; nothing would be changed" },
      },
      async handle() {
        const answer = await provisioner.plan();
        if (answer.kind === "invalid") throw unusable(answer.problems);
        return { status: 201, body: planBody(answer.plan) };
      },
    }),
    defineRoute({
      method: "GET",
      path: "/plans/{hash}",
      tag: "Plans",
      summary: "A plan that was made before, with its approvals as they are now",
      access: PLANNERS,
      params: PlanParams,
      answers: { 200: { description: "The plan", schema: Plan } },
      async handle({ params }) {
        const view = await provisioner.planByHash(params.hash);
        if (view === undefined) throw new HttpProblem("not_found", "There is no such plan.");
        return { status: 200, body: planBody(view) };
      },
    }),
    defineRoute({
      method: "POST",
      path: "/plans/{hash}/approvals",
      tag: "Plans",
      summary:
        "A person approves what the brake holds; the second person's approval starts the run",
      access: ADMINISTRATORS,
      params: PlanParams,
      body: Reason,
      answers: { 201: { description: "The approvals that count by now", schema: Approved } },
      handle: approve("approve"),
    }),
    defineRoute({
      method: "POST",
      path: "/plans/{hash}/break-glass",
      tag: "Plans",
      summary: "One person alone releases what the brake holds: everybody is alarmed",
      access: ADMINISTRATORS,
      params: PlanParams,
      body: Reason,
      answers: { 201: { description: "The run was started", schema: Approved } },
      handle: approve("break-glass"),
    }),
    defineRoute({
      method: "POST",
      path: "/plans/{hash}/runs",
      tag: "Runs",
      summary: "Carries out exactly this plan, or nothing if it has become another",
      access: APPLIERS,
      params: PlanParams,
      answers: { 202: started },
      async handle({ params }, caller) {
        if ((await provisioner.planByHash(params.hash)) === undefined)
          throw new HttpProblem("not_found", "There is no such plan.");
        return { status: 202, body: { id: start(caller, params.hash) } };
      },
    }),
    defineRoute({
      method: "POST",
      path: "/runs",
      tag: "Runs",
      summary: "Plans anew and carries it out, except for what the brake holds",
      access: APPLIERS,
      answers: { 202: started },
      handle: async (_input, caller) => ({ status: 202, body: { id: start(caller) } }),
    }),
    defineRoute({
      method: "GET",
      path: "/runs",
      tag: "Runs",
      summary: "The runs, the newest first",
      access: READERS,
      query: z.strictObject(pageQuery("runs", textPlace)),
      answers: {
        200: {
          description: "One page; `next` is the cursor of the next one",
          schema: z.object({ runs: z.array(Run), next: z.string().optional() }),
        },
      },
      async handle({ query }) {
        const runs = await provisioner.runs.list(query.limit, query.after);
        const next = nextOf("runs", runs, query.limit, ({ id }) => id);
        return { status: 200, body: { runs, ...next } };
      },
    }),
    defineRoute({
      method: "GET",
      path: "/runs/{id}",
      tag: "Runs",
      summary: "A run, with its progress while it is under way",
      access: READERS,
      params: RunParams,
      answers: { 200: { description: "The run", schema: Run } },
      async handle({ params }) {
        const run = await provisioner.runOf(params.id);
        if (run === undefined) throw new HttpProblem("not_found", "There is no such run.");
        return { status: 200, body: run };
      },
    }),
    defineRoute({
      method: "POST",
      path: "/runs/{id}/undo",
      tag: "Runs",
      summary: "Takes the latest run's changes back",
      access: APPLIERS,
      params: RunParams,
      answers: { 202: started, 409: { description: "It cannot be undone; the detail says why" } },
      async handle({ params }, caller) {
        try {
          const { ended, id } = await provisioner.undo(params.id, actorOf(caller));
          ended.catch(() => {});
          return { status: 202, body: { id } };
        } catch (error) {
          if (error instanceof NotUndoable) throw new HttpProblem("conflict", error.message);
          throw error;
        }
      },
    }),
    defineRoute({
      method: "GET",
      path: "/drift",
      tag: "Drift",
      summary: "What others changed in managed rooms, the newest first, and what became of it",
      access: READERS,
      query: z.strictObject(pageQuery("drift", numberPlace)),
      answers: {
        200: {
          description: "One page; `next` is the cursor of the next one",
          schema: z.object({ drift: z.array(DriftEntry), next: z.string().optional() }),
        },
      },
      async handle({ query }) {
        const drift = await provisioner.drift.list(query.limit, query.after);
        const next = nextOf("drift", drift, query.limit, ({ id }) => id);
        return { status: 200, body: { drift, ...next } };
      },
    }),
    defineRoute({
      method: "GET",
      path: "/progress",
      tag: "Runs",
      summary: "How far provisioning is",
      access: READERS,
      answers: { 200: { description: "The progress", schema: Progress } },
      handle: async () => ({ status: 200, body: provisioner.progress }),
    }),
  ];
}

function planBody({ lines, ...plan }: PlanView): z.input<typeof Plan> {
  return {
    ...plan,
    approvals: [...plan.approvals],
    groups: [...plan.groups],
    waiting: [...plan.waiting],
    notes: plan.notes.map((note) => ({ ...note, of: [...note.of] })),
    quarantined: [...plan.quarantined],
    lines: lines.slice(0, MOST_LINES),
    more: lines.length > MOST_LINES,
  };
}

/** The source's problems as an answer: each with where it stands in the file. */
function unusable(problems: readonly Problem[]): HttpProblem {
  return new HttpProblem(
    "conflict",
    "The organisation's file cannot be used; nothing would be changed.",
    problems.slice(0, 100).map(({ path, message }) => ({
      // "people[3].mail" as a JSON pointer (RFC 6901).
      pointer: path === "" ? "" : `/${path.replaceAll("]", "").replaceAll(/[[.]/g, "/")}`,
      detail: message,
    })),
  );
}
