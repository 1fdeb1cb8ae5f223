import { parseArgs } from "node:util";
import { z } from "zod";
import { tableOf } from "./table.ts";

/** What the command line speaks to, and where it writes. */
export type CliSurroundings = {
  /** The appservice's address. */
  readonly url: string;
  /** The machine's token. */
  readonly token: string;
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  /** Asks a person yes or no; undefined where nobody sits there. */
  readonly ask: ((question: string) => Promise<boolean>) | undefined;
};

/** 0: done, or nothing to do. 1: it failed. 2: wrong use. 3: removals wait for people to decide. */
export type ExitCode = 0 | 1 | 2 | 3;

const USAGE = `Usage: npm run klaaf -- COMMAND

  plan               what a run would do, and why; changes nothing
  apply              does it, after asking; --yes does not ask; --plan HASH does exactly that plan
  runs               the latest runs
  whois SOURCE_ID    the Matrix ID of a person of the source

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
});
type Run = z.output<typeof Run>;
const Runs = z.object({
  runs: z.array(
    z.object({
      startedAt: z.string(),
      finishedAt: z.string().optional(),
      planned: z.number(),
      done: z.number(),
      failures: z.array(z.unknown()),
    }),
  ),
});
const Problem = z.object({
  title: z.string(),
  detail: z.string().optional(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
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

/** A refusal of the appservice, in words for the terminal. */
class Refusal extends Error {
  override readonly name = "Refusal";
}

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
    if (command === "runs" && subject === undefined) return await runs(surroundings, values.json);
    if (command === "whois" && subject !== undefined && more.length === 0)
      return await whois(surroundings, subject, values.json);
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
    if (run.finishedAt !== undefined) return run;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function runs(surroundings: CliSurroundings, asJson: boolean): Promise<ExitCode> {
  const found = Runs.parse(await ask(surroundings, "GET", "/runs"));
  if (asJson) surroundings.out(JSON.stringify(found, null, 2));
  else if (found.runs.length === 0) surroundings.out("There was no run yet.");
  else
    surroundings.out(
      tableOf(
        ["started", "took", "planned", "done", "failed"],
        found.runs.map(({ done, failures, finishedAt, planned, startedAt }) => [
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

async function whois(
  surroundings: CliSurroundings,
  sourceId: string,
  asJson: boolean,
): Promise<ExitCode> {
  const answer = await ask(surroundings, "GET", `/people/${encodeURIComponent(sourceId)}`);
  const { userId } = z.object({ userId: z.string() }).parse(answer);
  surroundings.out(asJson ? JSON.stringify({ sourceId, userId }) : userId);
  return 0;
}

async function ask(
  { token, url }: CliSurroundings,
  method: "GET" | "POST",
  path: string,
  body?: unknown,
): Promise<unknown> {
  let answer: Response;
  try {
    answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Refusal(`The appservice does not answer at ${url}. Is it running?`);
  }
  const text = await answer.text();
  if (answer.ok) return JSON.parse(text) as unknown;
  throw new Refusal(refusalOf(text, answer.status));
}

function refusalOf(text: string, status: number): string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return `The appservice answered ${status}.`;
  }
  const problem = Problem.safeParse(json);
  if (!problem.success) return `The appservice answered ${status}.`;
  const { detail, errors = [], title } = problem.data;
  return [
    detail ?? title,
    ...errors.map((one) => `  ${one.pointer === "" ? "the file" : one.pointer}: ${one.detail}`),
  ].join("\n");
}
