import type { Failure, Result, SendState } from "../door.ts";

/** A message of one's own that is not known to stand in the server's timeline yet. */
export type Echo = {
  /** Also the transaction id: sending it again under the same one makes no second message. */
  readonly key: string;
  readonly text: string;
  /** Milliseconds since 1970, by this device's clock. */
  readonly queuedAt: number;
  readonly state: SendState;
  /** Known as soon as the server has accepted it. */
  readonly eventId: string | undefined;
};

export type OutboxPorts = {
  /** The event id of the sent message. */
  readonly send: (roomId: string, key: string, text: string) => Promise<Result<string>>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Runs something after some milliseconds, unless the returned function is called before. */
  readonly later: (milliseconds: number, run: () => void) => () => void;
  readonly changed: (roomId: string) => void;
};

/** How long a message is tried again by itself while the server cannot be reached. */
export const PATIENCE_MS = 60_000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15_000;

type Queue = {
  echoes: readonly Echo[];
  busy: boolean;
  /** Ends the pause between two attempts. */
  wake: (() => void) | undefined;
};

/**
 * What is on its way from this device: sent in order, room by room; tried again while the server cannot be
 * reached; kept as failed until the person decides. An echo goes when its event is seen in the timeline.
 */
export class Outbox {
  readonly #ports: OutboxPorts;
  readonly #queues = new Map<string, Queue>();
  /** Event id → key, of everything sent from here. */
  readonly #keys = new Map<string, string>();
  /** Keys of echoes whose event may lie in a gap → answers of the server since it was accepted. */
  readonly #inGap = new Map<string, number>();
  #stopped = false;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
  }

  /** Oldest first. The same list as long as nothing changed. */
  echoes(roomId: string): readonly Echo[] {
    return this.#queues.get(roomId)?.echoes ?? [];
  }

  /** Queues a message; one under a key that is there already is not queued twice. */
  add(roomId: string, key: string, text: string): void {
    const queue = this.#queueOf(roomId);
    if (queue.echoes.some((echo) => echo.key === key)) return;
    const state = { kind: "waiting" } as const;
    queue.echoes = [
      ...queue.echoes,
      { key, text, queuedAt: this.#ports.now(), state, eventId: undefined },
    ];
    this.#ports.changed(roomId);
    void this.#pump(roomId, queue);
  }

  /** @returns whether there was a failed message under this key */
  resend(roomId: string, key: string): boolean {
    const queue = this.#queueOf(roomId);
    const echo = queue.echoes.find((one) => one.key === key && one.state.kind === "failed");
    if (echo === undefined) return false;
    const again: Echo = { ...echo, queuedAt: this.#ports.now(), state: { kind: "waiting" } };
    queue.echoes = [...queue.echoes.filter((one) => one !== echo), again];
    this.#ports.changed(roomId);
    void this.#pump(roomId, queue);
    return true;
  }

  /** @returns whether there was a failed message under this key */
  discard(roomId: string, key: string): boolean {
    return this.#remove(roomId, (echo) => echo.key === key && echo.state.kind === "failed");
  }

  /** The key under which an event was sent from here; undefined if it was not. */
  keyOf(eventId: string): string | undefined {
    return this.#keys.get(eventId);
  }

  /** Takes out the echoes whose events are known to be on the server's timeline. */
  arrived(roomId: string, isThere: (echo: Echo) => boolean): void {
    this.#remove(roomId, isThere);
  }

  /** The server left out a part of a room's timeline: the events of its echoes may be in there. */
  gap(roomId: string): void {
    for (const { key } of this.echoes(roomId)) this.#inGap.set(key, 0);
  }

  /**
   * The server answered a sync. An answer that was asked for after a message had been accepted contains
   * it: so an echo that is still not seen after the second answer lies in the gap, and goes.
   */
  synced(): void {
    if (this.#inGap.size === 0) return;
    for (const roomId of this.#queues.keys()) {
      for (const { key, state } of this.echoes(roomId)) {
        const answers = this.#inGap.get(key);
        if (answers !== undefined && state.kind === "sent") this.#inGap.set(key, answers + 1);
      }
      this.#remove(roomId, ({ key }) => (this.#inGap.get(key) ?? 0) >= 2);
    }
  }

  /** The server is reachable again: what pauses is tried at once. */
  wake(): void {
    for (const queue of this.#queues.values()) queue.wake?.();
  }

  stop(): void {
    this.#stopped = true;
    this.wake();
  }

  async #pump(roomId: string, queue: Queue): Promise<void> {
    if (queue.busy) return;
    queue.busy = true;
    for (;;) {
      const next = queue.echoes.find((echo) => echo.state.kind === "waiting");
      if (next === undefined || this.#stopped) break;
      const result = await this.#deliver(roomId, queue, next);
      if (this.#stopped) break;
      if (result.ok) {
        this.#keys.set(result.value, next.key);
        this.#update(roomId, next.key, { state: { kind: "sent" }, eventId: result.value });
      } else {
        // Unreachable for so long: those behind it would each wait as long for the same answer.
        const all = result.failure.code === "unreachable";
        this.#fail(roomId, result.failure, (echo) => all || echo.key === next.key);
      }
    }
    queue.busy = false;
  }

  async #deliver(roomId: string, queue: Queue, echo: Echo): Promise<Result<string>> {
    let pause = FIRST_PAUSE_MS;
    for (;;) {
      const result = await this.#ports.send(roomId, echo.key, echo.text);
      if (result.ok || result.failure.retry === "never" || this.#stopped) return result;
      const wait = result.failure.retryAfterMs ?? pause;
      if (this.#ports.now() + wait - echo.queuedAt > PATIENCE_MS) return result;
      await new Promise<void>((resolve) => {
        const cancel = this.#ports.later(wait, resolve);
        queue.wake = () => {
          cancel();
          resolve();
        };
      });
      queue.wake = undefined;
      if (this.#stopped) return result;
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  }

  #fail(roomId: string, failure: Failure, which: (echo: Echo) => boolean): void {
    const queue = this.#queueOf(roomId);
    queue.echoes = queue.echoes.map((echo) =>
      echo.state.kind === "waiting" && which(echo)
        ? { ...echo, state: { kind: "failed", failure } }
        : echo,
    );
    this.#ports.changed(roomId);
  }

  #update(roomId: string, key: string, change: Partial<Echo>): void {
    const queue = this.#queueOf(roomId);
    queue.echoes = queue.echoes.map((echo) => (echo.key === key ? { ...echo, ...change } : echo));
    this.#ports.changed(roomId);
  }

  #remove(roomId: string, which: (echo: Echo) => boolean): boolean {
    const queue = this.#queues.get(roomId);
    if (queue === undefined) return false;
    const gone = queue.echoes.filter(which);
    if (gone.length === 0) return false;
    queue.echoes = queue.echoes.filter((echo) => !gone.includes(echo));
    for (const { key } of gone) this.#inGap.delete(key);
    this.#ports.changed(roomId);
    return true;
  }

  #queueOf(roomId: string): Queue {
    const known = this.#queues.get(roomId);
    if (known !== undefined) return known;
    const queue: Queue = { echoes: [], busy: false, wake: undefined };
    this.#queues.set(roomId, queue);
    return queue;
  }
}
