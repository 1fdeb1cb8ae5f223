/** What a scheduler needs to know of a task. */
export type Task = {
  readonly id: string;
  readonly needs: readonly string[];
  readonly urgent: boolean;
};

export type Outcome<T> = {
  readonly task: T;
  readonly result: "done" | "failed" | "blocked";
  /** Why it failed, or which task it waited for in vain. */
  readonly problem?: string;
  /** What was thrown, if it failed. */
  readonly error?: unknown;
};

/** How many tasks run at once: of the urgent ones, and of the rest. */
export type Width = { readonly urgent: number; readonly rest: number };

/**
 * Carries out tasks, each after those that it needs, some at once; the others start when the urgent
 * ones are done. One failure holds only what depends on it. Needs that are not among the tasks count as met; tasks that need
 * each other in a circle end as blocked.
 *
 * @param execute carries out one task; a rejection is a failure
 * @param onOutcome told of each end, in the order of ending
 * @throws what `onOutcome` threw; then nothing more is started
 */
export async function runTasks<T extends Task>(
  tasks: readonly T[],
  width: Width,
  execute: (task: T) => Promise<void>,
  onOutcome: (outcome: Outcome<T>) => void,
): Promise<void> {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const waitingFor = new Map<string, number>();
  const dependents = new Map<string, T[]>();
  const queues: { readonly urgent: T[]; readonly rest: T[] } = { urgent: [], rest: [] };
  const heads = { urgent: 0, rest: 0 };
  const open = new Set(tasks.map(({ id }) => id));
  let openUrgent = tasks.filter(({ urgent }) => urgent).length;
  const close = (task: T): boolean => {
    const wasOpen = open.delete(task.id);
    if (wasOpen && task.urgent) openUrgent -= 1;
    return wasOpen;
  };

  const makeReady = (task: T) => (task.urgent ? queues.urgent : queues.rest).push(task);
  for (const task of tasks) {
    const needs = new Set(task.needs.filter((id) => byId.has(id)));
    waitingFor.set(task.id, needs.size);
    for (const need of needs) {
      const known = dependents.get(need);
      if (known === undefined) dependents.set(need, [task]);
      else known.push(task);
    }
    if (needs.size === 0) makeReady(task);
  }

  const finish = (task: T, outcome: Outcome<T>) => {
    close(task);
    onOutcome(outcome);
    if (outcome.result === "done") {
      for (const dependent of dependents.get(task.id) ?? []) {
        const left = (waitingFor.get(dependent.id) ?? 1) - 1;
        waitingFor.set(dependent.id, left);
        if (left === 0 && open.has(dependent.id)) makeReady(dependent);
      }
      return;
    }
    // A loop of its own rather than recursion: a city's chain of dependents may be long.
    const lost = [...(dependents.get(task.id) ?? [])];
    for (let dependent = lost.pop(); dependent !== undefined; dependent = lost.pop()) {
      if (!close(dependent)) continue;
      onOutcome({ task: dependent, result: "blocked", problem: `waits for ${task.id}` });
      lost.push(...(dependents.get(dependent.id) ?? []));
    }
  };

  /** While somebody waits, the rest takes nothing of the homeserver's time, unless it stood idle. */
  const next = (running: number): T | undefined => {
    const from = heads.urgent < queues.urgent.length ? "urgent" : "rest";
    if (running >= width[from]) return undefined;
    if (from === "rest" && openUrgent > 0 && running > 0) return undefined;
    const task = queues[from][heads[from]];
    if (task !== undefined) heads[from] += 1;
    return task;
  };

  await new Promise<void>((resolve, reject) => {
    let running = 0;
    const pump = () => {
      for (;;) {
        const task = next(running);
        if (task === undefined) break;
        running += 1;
        // Asynchronous even where it throws at once.
        void (async () => execute(task))()
          .then(
            (): Outcome<T> => ({ task, result: "done" }),
            (error: unknown): Outcome<T> => ({
              task,
              result: "failed",
              problem: error instanceof Error ? error.message : String(error),
              error,
            }),
          )
          .then((outcome) => {
            running -= 1;
            finish(task, outcome);
            pump();
          })
          .catch((error: unknown) => {
            open.clear();
            queues.urgent.length = 0;
            queues.rest.length = 0;
            reject(error instanceof Error ? error : new Error(String(error)));
          });
      }
      if (running === 0) resolve();
    };
    pump();
  });

  for (const id of open) {
    const task = byId.get(id);
    if (task !== undefined)
      onOutcome({ task, result: "blocked", problem: "waits for itself in a circle" });
  }
}
