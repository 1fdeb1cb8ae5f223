/** What a scheduler needs to know of a task. */
export type Task = {
  readonly id: string;
  readonly needs: readonly string[];
  readonly urgent: boolean;
};

export type Outcome<T> = {
  readonly task: T;
  readonly result: "done" | "failed" | "blocked" | "left";
  /** Why it failed, or which task it waited for in vain. */
  readonly problem?: string;
  /** What was thrown, if it failed. */
  readonly error?: unknown;
};

/** How many calls run at once: for urgent tasks, and for the rest. */
export type Width = { readonly urgent: number; readonly rest: number };

/** How tasks are carried out. */
export interface Worker<T> {
  /** Carries out one task; a rejection is a failure. */
  carryOut(task: T): Promise<void>;
  /** Tasks with the same word may be carried out together; undefined: alone. */
  readonly togetherBy?: (task: T) => string | undefined;
  /** Carries out several at once. @returns what went wrong with each, in their order; undefined: nothing */
  readonly carryOutTogether?: (tasks: readonly T[]) => Promise<readonly (Error | undefined)[]>;
}

/** The most tasks in one call. */
const MOST_TOGETHER = 50;

/**
 * Carries out tasks, each after those that it needs, some at once; the others start when the urgent
 * ones are done. One failure holds only what depends on it. Needs that are not among the tasks count
 * as met; tasks that need each other in a circle end as blocked.
 *
 * @param onOutcome told of each end, in the order of ending
 * @param signal once it is aborted nothing more is started, and what was not started ends as `left`
 * @throws what `onOutcome` threw; then nothing more is started
 */
export async function runTasks<T extends Task>(
  tasks: readonly T[],
  width: Width,
  worker: Worker<T>,
  onOutcome: (outcome: Outcome<T>) => void,
  signal?: { readonly aborted: boolean },
): Promise<void> {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const waitingFor = new Map<string, number>();
  const dependents = new Map<string, T[]>();
  const queues = { urgent: new ReadyQueue(worker), rest: new ReadyQueue(worker) };
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
  const next = (running: number): readonly T[] => {
    if (signal?.aborted === true) return [];
    const from = queues.urgent.isEmpty ? "rest" : "urgent";
    if (running >= width[from]) return [];
    if (from === "rest" && openUrgent > 0 && running > 0) return [];
    return queues[from].take();
  };

  await new Promise<void>((resolve, reject) => {
    let running = 0;
    const pump = () => {
      for (;;) {
        const taken = next(running);
        if (taken.length === 0) break;
        running += 1;
        void carryOut(worker, taken)
          .then((outcomes) => {
            running -= 1;
            for (const outcome of outcomes) finish(outcome.task, outcome);
            pump();
          })
          .catch((error: unknown) => {
            open.clear();
            queues.urgent.clear();
            queues.rest.clear();
            reject(error instanceof Error ? error : new Error(String(error)));
          });
      }
      if (running === 0) resolve();
    };
    pump();
  });

  for (const id of open) {
    const task = byId.get(id);
    if (task === undefined) continue;
    onOutcome(
      signal?.aborted === true
        ? { task, result: "left" }
        : { task, result: "blocked", problem: "waits for itself in a circle" },
    );
  }
}

/** Asynchronous even where the worker throws at once; never rejects. */
async function carryOut<T>(worker: Worker<T>, tasks: readonly T[]): Promise<readonly Outcome<T>[]> {
  try {
    const [only] = tasks;
    if (tasks.length > 1 && worker.carryOutTogether !== undefined) {
      const errors = await worker.carryOutTogether(tasks);
      return tasks.map((task, nth) => {
        const error = errors[nth];
        return error === undefined ? { task, result: "done" } : failed(task, error);
      });
    }
    if (only !== undefined) await worker.carryOut(only);
    return tasks.map((task) => ({ task, result: "done" }));
  } catch (error) {
    return tasks.map((task) => failed(task, error));
  }
}

function failed<T>(task: T, error: unknown): Outcome<T> {
  const problem = error instanceof Error ? error.message : String(error);
  return { task, result: "failed", problem, error };
}

/** Tasks that may start, in order; those that go together can be taken together. */
class ReadyQueue<T> {
  readonly #worker: Worker<T>;
  #tasks: T[] = [];
  #head = 0;
  /** Ready tasks by their word, and who of them was taken before their turn. */
  readonly #together = new Map<string, T[]>();
  readonly #taken = new Set<T>();

  constructor(worker: Worker<T>) {
    this.#worker = worker;
  }

  get isEmpty(): boolean {
    this.#skipTaken();
    return this.#head >= this.#tasks.length;
  }

  push(task: T): void {
    this.#tasks.push(task);
    const word = this.#worker.togetherBy?.(task);
    if (word === undefined) return;
    const known = this.#together.get(word);
    if (known === undefined) this.#together.set(word, [task]);
    else known.push(task);
  }

  /** The first task, with those that are carried out together with it. */
  take(): readonly T[] {
    this.#skipTaken();
    const first = this.#tasks[this.#head];
    if (first === undefined) return [];
    const word = this.#worker.togetherBy?.(first);
    if (word === undefined) {
      this.#head += 1;
      return [first];
    }
    const taken = this.#together.get(word)?.splice(0, MOST_TOGETHER) ?? [first];
    for (const task of taken) this.#taken.add(task);
    return taken;
  }

  clear(): void {
    this.#tasks = [];
    this.#head = 0;
    this.#together.clear();
  }

  #skipTaken(): void {
    for (;;) {
      const task = this.#tasks[this.#head];
      if (task === undefined || !this.#taken.delete(task)) return;
      this.#head += 1;
    }
  }
}
