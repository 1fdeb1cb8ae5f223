import { z } from "zod";
import { ask } from "./ask.ts";
import type { CliSurroundings, ExitCode } from "./ask.ts";
import { tableOf } from "./table.ts";

const at = (iso: string): string => iso.slice(0, 19).replace("T", " ");
const asText = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);
const Problems = z.array(z.record(z.string(), z.unknown()));

/** Asks, and writes the answer as JSON or in words. */
async function show<T>(
  surroundings: CliSurroundings,
  asJson: boolean,
  path: string,
  schema: z.ZodType<T>,
  wordsOf: (answer: T) => readonly string[],
): Promise<T> {
  const answer = schema.parse(await ask(surroundings, "GET", path));
  if (asJson) surroundings.out(JSON.stringify(answer, null, 2));
  else for (const line of wordsOf(answer)) surroundings.out(line);
  return answer;
}

/** A table, or a sentence where there is nothing to show. */
const tableOr = (
  nothing: string,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] => [rows.length === 0 ? nothing : tableOf(headings, rows)];

const problemLines = (problems: z.output<typeof Problems>): readonly string[] =>
  problems.map((one) => `  ${asText(one["path"] ?? "")}: ${asText(one["message"] ?? one)}`);

const Run = z.looseObject({
  id: z.string(),
  trigger: z.string(),
  state: z.string(),
  actor: z.record(z.string(), z.unknown()),
  startedAt: z.string(),
  finishedAt: z.string().optional(),
  planned: z.number(),
  done: z.number(),
  held: z.number(),
  failures: Problems,
  problems: Problems,
});

export async function run(
  surroundings: CliSurroundings,
  asJson: boolean,
  id: string,
): Promise<ExitCode> {
  const path = `/runs/${encodeURIComponent(id)}`;
  const found = await show(surroundings, asJson, path, Run, (one) => [
    `${one.state}, ${one.trigger} by ${asText(one.actor["kind"])} ${asText(one.actor["id"])}`,
    `${at(one.startedAt)} – ${one.finishedAt === undefined ? "not finished" : at(one.finishedAt)}`,
    `${one.done} of ${one.planned} changes were made; ${one.held} wait.`,
    ...one.failures.map(({ action, problem }) => `  failed: ${asText(action)}: ${asText(problem)}`),
    ...problemLines(one.problems),
  ]);
  return found.failures.length + found.problems.length > 0 ? 1 : 0;
}

export async function undo(
  surroundings: CliSurroundings,
  asJson: boolean,
  id: string,
): Promise<ExitCode> {
  const answer = await ask(surroundings, "POST", `/runs/${encodeURIComponent(id)}/undo`);
  const started = z.object({ id: z.string() }).parse(answer);
  surroundings.out(
    asJson ? JSON.stringify(started) : `It is being undone: npm run klaaf -- runs ${started.id}`,
  );
  return 0;
}

const Person = z.object({
  userId: z.string(),
  state: z.string(),
  lockedAt: z.string().optional(),
  rooms: z.array(z.object({ room: z.string(), roomId: z.string(), because: z.array(z.string()) })),
});

export async function whois(
  surroundings: CliSurroundings,
  asJson: boolean,
  sourceId: string,
): Promise<ExitCode> {
  const path = `/people/${encodeURIComponent(sourceId)}`;
  await show(surroundings, asJson, path, Person, ({ lockedAt, rooms, state, userId }) => [
    `${userId}  ${state}${lockedAt === undefined ? "" : ` since ${at(lockedAt)}`}`,
    ...tableOr(
      "In no managed room.",
      ["room", "because"],
      rooms.map(({ because, room }) => [room, because.join("; ")]),
    ),
  ]);
  return 0;
}

const Held = z.object({
  hash: z.string(),
  held: z.number(),
  lines: z.array(
    z.looseObject({
      does: z.string(),
      person: z.string().optional(),
      room: z.string().optional(),
      rule: z.string(),
      waits: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
  approvals: z.array(z.looseObject({ person: z.string(), kind: z.string(), at: z.string() })),
});

/** Plans anew, and shows what of it would wait. Exit code 3 if something does. */
export async function held(surroundings: CliSurroundings, asJson: boolean): Promise<ExitCode> {
  const plan = Held.parse(await ask(surroundings, "POST", "/plans"));
  const lines = plan.lines.filter(({ waits }) => waits !== undefined);
  if (asJson) surroundings.out(JSON.stringify({ ...plan, lines }, null, 2));
  else if (plan.held === 0) surroundings.out("Nothing waits.");
  else {
    surroundings.out(
      tableOf(
        ["what", "person", "room", "why", "because"],
        lines.map(({ does, person, room, rule, waits }) => [
          does.replaceAll("-", " "),
          person ?? "",
          room ?? "",
          rule.replaceAll("-", " "),
          Object.entries(waits ?? {})
            .map(([name, value]) => `${name} ${asText(value)}`)
            .join(", "),
        ]),
      ),
    );
    for (const { at: when, kind, person } of plan.approvals)
      surroundings.out(`${kind} by ${person}, ${at(when)}`);
    surroundings.out(`\nPlan ${plan.hash}`);
  }
  return plan.held > 0 ? 3 : 0;
}

const Sources = z.object({
  sources: z.array(
    z.looseObject({
      id: z.string(),
      name: z.string().optional(),
      answeredAt: z.string().optional(),
      people: z.number(),
      units: z.number(),
      problems: Problems,
      quarantined: z.array(z.looseObject({ problems: Problems })),
    }),
  ),
});

export async function sources(surroundings: CliSurroundings, asJson: boolean): Promise<ExitCode> {
  const { sources: all } = await show(surroundings, asJson, "/sources", Sources, (answer) => [
    tableOf(
      ["source", "answered", "people", "units", "wrong entries"],
      answer.sources.map((one) => [
        one.name ?? one.id,
        one.answeredAt === undefined ? "never" : at(one.answeredAt),
        String(one.people),
        String(one.units),
        String(one.quarantined.length),
      ]),
    ),
    ...answer.sources.flatMap(({ problems, quarantined }) => [
      ...problemLines(problems),
      ...quarantined.flatMap((entry) => problemLines(entry.problems)),
    ]),
  ]);
  return all.some(({ problems }) => problems.length > 0) ? 1 : 0;
}

const Drift = z.looseObject({
  drift: z.array(
    z.looseObject({
      room: z.string(),
      what: z.string(),
      subject: z.string(),
      at: z.string(),
      state: z.string(),
    }),
  ),
});

export async function drift(surroundings: CliSurroundings, asJson: boolean): Promise<ExitCode> {
  await show(surroundings, asJson, "/drift", Drift, (answer) =>
    tableOr(
      "Nobody changed anything in a managed room.",
      ["when", "room", "what", "whom", "now"],
      answer.drift.map((one) => [at(one.at), one.room, one.what, one.subject, one.state]),
    ),
  );
  return 0;
}

const Policy = z.object({ hash: z.string(), policy: z.record(z.string(), z.unknown()) });

export async function policy(surroundings: CliSurroundings, asJson: boolean): Promise<ExitCode> {
  await show(surroundings, asJson, "/policy", Policy, (answer) => [
    JSON.stringify(answer.policy, null, 2),
    `\nPolicy ${answer.hash}`,
  ]);
  return 0;
}

const Log = z.looseObject({
  entries: z.array(
    z.looseObject({
      position: z.number(),
      at: z.string(),
      actor: z.object({ kind: z.string(), id: z.string() }),
      action: z.string(),
      subject: z.string(),
      reason: z.string(),
    }),
  ),
});
const Verdict = z.union([
  z.object({
    kind: z.literal("intact"),
    head: z.object({ position: z.number(), hash: z.string() }),
  }),
  z.object({ kind: z.literal("broken"), position: z.number(), why: z.string() }),
]);

/** Shows the latest entries of the audit log, or verifies it (exit code 1 if it is broken). */
export async function audit(
  surroundings: CliSurroundings,
  asJson: boolean,
  what: string,
): Promise<ExitCode> {
  if (what !== "verify") {
    await show(surroundings, asJson, "/audit", Log, ({ entries }) =>
      tableOr(
        "Nothing was done yet.",
        ["no", "when", "who", "what", "to", "why"],
        entries.map((one) => [
          String(one.position),
          at(one.at),
          `${one.actor.kind} ${one.actor.id}`,
          one.action,
          one.subject,
          one.reason,
        ]),
      ),
    );
    return 0;
  }
  const verdict = Verdict.parse(await ask(surroundings, "POST", "/audit/verifications", {}));
  if (asJson) surroundings.out(JSON.stringify(verdict));
  else if (verdict.kind === "intact")
    surroundings.out(
      `The log is as it was written. Note elsewhere: ${verdict.head.position} ${verdict.head.hash}`,
    );
  else surroundings.out(`The log is broken at ${verdict.position}: ${verdict.why}.`);
  return verdict.kind === "intact" ? 0 : 1;
}
