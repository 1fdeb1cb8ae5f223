import type { Action, ActionKind } from "./action.ts";

/** How far provisioning is, for a person who waits. */
export type Progress = {
  readonly phase: "waiting" | "planning" | "applying" | "idle" | "failed";
  /** Whether everything that somebody waits for at the screen is there. */
  readonly priorityReady: boolean;
  readonly done: number;
  readonly total: number;
  /** An estimate; left out as long as there is too little to tell. */
  readonly secondsLeft?: number | undefined;
  readonly problem?: string;
};

/** What actions cost in relation to each other, on a homeserver of one process. */
const WEIGHTS: Readonly<Record<ActionKind, number>> = {
  "put-account": 1,
  "create-room": 20,
  "hand-over": 10,
  "step-out": 6,
  "set-state": 5,
  join: 3,
  invite: 6,
  "remove-member": 6,
  "leave-room": 6,
  "lock-account": 1,
  "erase-account": 10,
};

/** Before so much of the work is done and so much time has gone by, no estimate is honest. */
const LEAST_SHARE = 0.02;
const LEAST_MS = 2000;

/** Tells how long the rest of a run will take, from what it took so far. */
export class Pace {
  readonly #total: number;
  readonly #now: () => number;
  readonly #started: number;
  #done = 0;

  /** @param now milliseconds */
  constructor(actions: readonly Action[], now: () => number) {
    this.#total = actions.reduce((sum, { kind }) => sum + WEIGHTS[kind], 0);
    this.#now = now;
    this.#started = now();
  }

  ended({ kind }: Action): void {
    this.#done += WEIGHTS[kind];
  }

  get secondsLeft(): number | undefined {
    const ms = this.#now() - this.#started;
    if (ms < LEAST_MS || this.#done < this.#total * LEAST_SHARE) return undefined;
    return Math.round(((ms / this.#done) * (this.#total - this.#done)) / 1000);
  }
}
