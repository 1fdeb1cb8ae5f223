import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";

/** How a queue in the store stands. */
export type QueueState = {
  readonly waiting: number;
  readonly oldestSeconds: number;
  readonly quarantined: number;
};

const QUEUE_HELP = {
  waiting: "Entries that wait",
  oldest_seconds: "Age of the oldest entry that waits, in seconds; 0 where none does",
  quarantined: "Entries that failed for good and are kept for an operator",
} as const;

/** The numbers of a process, in Prometheus' text format at `/metrics`. No label carries a person. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #queues: (() => Promise<void>)[] = [];
  readonly #requests: Counter;
  readonly #requestSeconds: Histogram;
  readonly #homeserver: Counter;
  readonly #actions: Counter;
  readonly #held: Gauge;
  readonly #inbox: Counter;
  readonly #handled: Counter;
  readonly #outbox: Counter;
  readonly #reached: Gauge;

  constructor() {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#requests = new Counter({
      name: "appservice_http_requests_total",
      help: "Answers by route and status",
      labelNames: ["route", "status"],
      registers,
    });
    this.#requestSeconds = new Histogram({
      name: "appservice_http_request_seconds",
      help: "Time to answer by route",
      labelNames: ["route"],
      buckets: [0.005, 0.02, 0.05, 0.1, 0.5, 2, 10],
      registers,
    });
    this.#homeserver = new Counter({
      name: "appservice_homeserver_requests_total",
      help: "Requests to the homeserver by method and status (0: no answer)",
      labelNames: ["method", "status"],
      registers,
    });
    this.#actions = new Counter({
      name: "appservice_provisioning_actions_total",
      help: "Provisioning actions by kind and result",
      labelNames: ["kind", "result"],
      registers,
    });
    this.#held = new Gauge({
      name: "appservice_provisioning_held",
      help: "Removals that wait",
      registers,
    });
    this.#inbox = new Counter({
      name: "appservice_inbox_events_total",
      help: "Events in transactions: kept for a capability, dropped as unsubscribed, or seen before",
      labelNames: ["result"],
      registers,
    });
    this.#handled = new Counter({
      name: "appservice_inbox_handled_total",
      help: "Events handled, failed (tried again) or quarantined",
      labelNames: ["result"],
      registers,
    });
    this.#outbox = new Counter({
      name: "appservice_outbox_tries_total",
      help: "Events sent, failed (tried again) or quarantined",
      labelNames: ["result"],
      registers,
    });
    this.#reached = new Gauge({
      name: "appservice_homeserver_reaches_us",
      help: "Whether the homeserver, asked to, could reach us: 1 or 0",
      registers,
    });
  }

  inboxHandled(result: "processed" | "failed" | "quarantined", count: number): void {
    this.#handled.inc({ result }, count);
  }

  outboxTried(result: "sent" | "failed" | "quarantined", count: number): void {
    this.#outbox.inc({ result }, count);
  }

  /** Whether the homeserver, asked to, could reach us. */
  homeserverReachedUs(did: boolean): void {
    this.#reached.set(did ? 1 : 0);
  }

  /**
   * A queue's length, the age of its oldest entry in seconds, and how many entries are in quarantine:
   * asked for when the numbers are read.
   *
   * @param queue `inbox` or `outbox`
   */
  watchQueue(queue: string, ask: () => Promise<QueueState>): void {
    const gauges = (["waiting", "oldest_seconds", "quarantined"] as const).map((name) => ({
      name,
      gauge: new Gauge({
        name: `appservice_${queue}_${name}`,
        help: QUEUE_HELP[name],
        registers: [this.#registry],
      }),
    }));
    this.#queues.push(async () => {
      try {
        const { waiting, oldestSeconds, quarantined } = await ask();
        const values = { waiting, oldest_seconds: oldestSeconds, quarantined };
        for (const { name, gauge } of gauges) gauge.set(values[name]);
      } catch {
        // The store is away, which its own numbers tell; better no number than an old one.
        for (const { gauge } of gauges) gauge.set(Number.NaN);
      }
    });
  }

  answered(route: string, status: number, seconds: number): void {
    this.#requests.inc({ route, status });
    this.#requestSeconds.observe({ route }, seconds);
  }

  homeserverAnswered(method: string, status: number): void {
    this.#homeserver.inc({ method, status });
  }

  actionEnded(kind: string, result: string): void {
    this.#actions.inc({ kind, result });
  }

  removalsHeld(count: number): void {
    this.#held.set(count);
  }

  inboxTook(result: "kept" | "dropped" | "repeated", count: number): void {
    this.#inbox.inc({ result }, count);
  }

  async text(): Promise<string> {
    await Promise.all(this.#queues.map((read) => read()));
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }
}
