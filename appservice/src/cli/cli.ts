import { parseArgs } from "node:util";
import { z } from "zod";
import { ask, Refusal } from "./ask.ts";
import type { CliSurroundings, ExitCode } from "./ask.ts";
import { audit, drift, held, policy, run, sources, undo, whois } from "./look.ts";
import { tableOf } from "./table.ts";

export type { CliSurroundings, ExitCode } from "./ask.ts";

const USAGE = `Usage: npm run klaaf -- COMMAND

  plan               what a run would do, and why; changes nothing
  apply              does it, after asking; --yes does not ask; --plan HASH does exactly that plan
  runs [ID]          the latest runs; or one, with what failed
  undo ID            takes the latest run's changes back, within a minute
  held               what waits for people to decide, and why
  sources            how the source answered last, and its wrong entries
  drift              what others changed in managed rooms, and what became of it
  whois SOURCE_ID    a person's Matrix ID, their rooms, and why they are in each
  policy             the policy that rules, and its hash
  audit [verify]     what was done, by whom and why; or whether the log is as it was written

  --json             answers for scripts

Exit code 0: done, or nothing to do; 1: it failed; 2: wrong use; 3: removals wait for people to decide.`;

const Cause = z.object({
  scope: z.string(),
  unit: z.string().optional(),
  removals: z.number(),
  allowed: z.number(),
});
const Plan = z.object({
  hash: z.string(),
  planned: z.number(),
  held: z.number(),
  groups: z.array(
    z.object({ does: z.string(), rule: z.string(), count: z.number(), waiting: z.number() }),
  ),
  lines: z.array(
    z.object({
      does: z.string(),
      person: z.string().optional(),
      room: z.string().optional(),
      state: z.string().optional(),
      rule: z.string(),
      waits: Cause.optional(),
    }),
  ),
  more: z.boolean(),
});
type Plan = z.output<typeof Plan>;
const Run = z.object({
  planned: z.number(),
  done: z.number(),
  failures: z.array(z.object({ action: z.string(), problem: z.string() })),
  held: z.number(),
  problems: z.array(z.object({ path: z.string(), message: z.string() })),
  finishedAt: z.string().optional(),
  progress: z
    .object({ done: z.number(), total: z.number(), secondsLeft: z.number().optional() })
    .optional(),
});
type Run = z.output<typeof Run>;
const Runs = z.object({
  runs: z.array(
    z.looseObject({
      id: z.string(),
      startedAt: z.string(),
      finishedAt: z.string().optional(),
      planned: z.number(),
      done: z.number(),
      failures: z.array(z.unknown()),
    }),
  ),
});
/** How many of a plan's changes are shown one by one. */
const SHOWN_LINES = 40;

const DOES: Readonly<Record<string, string>> = {
  "put-account": "write account",
  "lock-account": "lock account",
  "create-room": "make room",
  "set-state": "set state",
  "hand-over": "invite its first members",
  "step-out": "leave to its members",
  join: "let in",
  invite: "invite",
  "remove-member": "take out",
  "leave-room": "take out",
  "erase-account": "erase account",
};
const wordsOf = (does: string): string => DOES[does] ?? does;
const ruleOf = (rule: string): string => rule.replaceAll("-", " ");

type Look = {
  readonly takes: "nothing" | "a subject" | "anything";
  readonly show: (
    surroundings: CliSurroundings,
    asJson: boolean,
    subject: string,
  ) => Promise<ExitCode>;
};
const LOOKS: Readonly<Record<string, Look>> = {
  runs: { takes: "a subject", show: run },
  undo: { takes: "a subject", show: undo },
  whois: { takes: "a subject", show: whois },
  audit: { takes: "anything", show: audit },
  held: { takes: "nothing", show: held },
  sources: { takes: "nothing", show: sources },
  drift: { takes: "nothing", show: drift },
  policy: { takes: "nothing", show: policy },
};

/**
 * Runs one command of the command line over the appservice's API.
 *
 * @param args what stands behind `npm run klaaf --`
 * @returns the exit code; everything a person needs to know was written
 */
export async function runCli(
  args: readonly string[],
  surroundings: CliSurroundings,
): Promise<ExitCode> {
  const { err, out } = surroundings;
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: "boolean", default: false },
        yes: { type: "boolean", default: false },
        plan: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    err(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  const { positionals, values } = parsed;
  const [command, subject, ...more] = positionals;
  if (values.help) {
    out(USAGE);
    return 0;
  }
  try {
    if (command === "plan" && subject === undefined) return await plan(surroundings, values.json);
    if (command === "apply" && subject === undefined) return await apply(surroundings, values);
    if (command === "audit" && subject !== undefined && subject !== "verify") {
      err(USAGE);
      return 2;
    }
    if (command === "runs" && subject === undefined) return await runs(surroundings, values.json);
    const look = LOOKS[command ?? ""];
    if (look !== undefined && more.length === 0) {
      const { takes } = look;
      if (
        takes === "nothing" ? subject === undefined : takes === "anything" || subject !== undefined
      )
        return await look.show(surroundings, values.json, subject ?? "");
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    err(error.message);
    return 1;
  }
  err(USAGE);
  return 2;
}

async function plan(surroundings: CliSurroundings, asJson: boolean): Promise<ExitCode> {
  const found = Plan.parse(await ask(surroundings, "POST", "/plans"));
  if (asJson) surroundings.out(JSON.stringify(found, null, 2));
  else showPlan(found, surroundings);
  return found.held > 0 ? 3 : 0;
}

function showPlan(found: Plan, { out }: CliSurroundings): void {
  if (found.planned + found.held === 0) {
    out("Nothing to do: all is as the source says.");
    return;
  }
  out(
    tableOf(
      ["changes", "what", "why", "waiting"],
      found.groups.map(({ count, does, rule, waiting }) => [
        String(count),
        wordsOf(does),
        ruleOf(rule),
        waiting === 0 ? "" : String(waiting),
      ]),
    ),
  );
  const shown = found.lines.slice(0, SHOWN_LINES);
  out("");
  for (const { does, person, room, state, waits } of shown) {
    const subject = [person, room, state].filter((part) => part !== undefined).join("  ");
    out(`  ${wordsOf(does).padEnd(17)} ${subject}${waits === undefined ? "" : "   (waits)"}`);
  }
  const left = found.planned + found.held - shown.length;
  if (left > 0) out(`  … and ${left} more; --json shows them`);
  const causes = new Set(found.lines.flatMap(({ waits }) => (waits ? [causeOf(waits)] : [])));
  if (causes.size > 0) out("");
  for (const cause of causes) out(cause);
  out(`\nPlan ${found.hash}`);
}

function causeOf({ allowed, removals, scope, unit }: z.output<typeof Cause>): string {
  if (scope === "empty-source")
    return "Waits: the source names nobody any more. Nothing is changed at all.";
  const where = unit === undefined ? "in the whole source" : `in unit ${unit}`;
  return `Waits: ${removals} people would lose something within a day ${where}; ${allowed} are allowed.`;
}

async function apply(
  surroundings: CliSurroundings,
  values: { readonly json: boolean; readonly yes: boolean; readonly plan?: string | undefined },
): Promise<ExitCode> {
  const { err, out } = surroundings;
  let hash = values.plan;
  if (hash === undefined) {
    const found = Plan.parse(await ask(surroundings, "POST", "/plans"));
    if (!values.json) showPlan(found, surroundings);
    if (found.planned === 0) {
      if (values.json) out(JSON.stringify({ planned: 0, done: 0, failures: [] }));
      return found.held > 0 ? 3 : 0;
    }
    if (!values.yes) {
      if (surroundings.ask === undefined) {
        err("Nobody is there to ask. Use --yes, or --plan HASH for exactly that plan.");
        return 2;
      }
      if (!(await surroundings.ask(`\nMake these ${found.planned} changes?`))) {
        out("Nothing was changed.");
        return 0;
      }
    }
    ({ hash } = found);
  }
  const { id } = z
    .object({ id: z.string() })
    .parse(await ask(surroundings, "POST", `/plans/${hash}/runs`));
  const run = await endOf(surroundings, id);
  if (values.json) out(JSON.stringify(run, null, 2));
  else {
    for (const { message } of run.problems) out(message);
    out(`${run.done} of ${run.planned} changes were made.`);
    for (const { action, problem } of run.failures.slice(0, SHOWN_LINES))
      out(`  failed: ${action}: ${problem}`);
    if (run.held > 0) out(`${run.held} wait for people to decide.`);
  }
  if (run.failures.length > 0 || run.problems.length > 0) return 1;
  return run.held > 0 ? 3 : 0;
}

/** Waits until a run has ended. */
async function endOf(surroundings: CliSurroundings, id: string): Promise<Run> {
  for (;;) {
    const run = Run.parse(await ask(surroundings, "GET", `/runs/${id}`));
    if (run.finishedAt !== undefined) {
      surroundings.live?.("");
      return run;
    }
    if (run.progress !== undefined) surroundings.live?.(barOf(run.progress));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const BAR = 24;

/** "████░░░░  12 of 40, about 9 s left". */
function barOf({ done, secondsLeft, total }: NonNullable<Run["progress"]>): string {
  const full = total === 0 ? 0 : Math.round((BAR * done) / total);
  const left = secondsLeft === undefined ? "" : `, about ${Math.ceil(secondsLeft)} s left`;
  return `${"█".repeat(full)}${"░".repeat(BAR - full)}  ${done} of ${total}${left}`;
}

async function runs(surroundings: CliSurroundings, asJson: boolean): Promise<ExitCode> {
  const found = Runs.parse(await ask(surroundings, "GET", "/runs"));
  if (asJson) surroundings.out(JSON.stringify(found, null, 2));
  else if (found.runs.length === 0) surroundings.out("There was no run yet.");
  else
    surroundings.out(
      tableOf(
        ["run", "started", "took", "planned", "done", "failed"],
        found.runs.map(({ done, failures, finishedAt, id, planned, startedAt }) => [
          id,
          startedAt.slice(0, 19).replace("T", " "),
          finishedAt === undefined
            ? "not finished"
            : `${((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000).toFixed(1)} s`,
          String(planned),
          String(done),
          String(failures.length),
        ]),
      ),
    );
  return 0;
}
