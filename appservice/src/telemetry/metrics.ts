import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";

/** The numbers of a process, in Prometheus' text format at `/metrics`. No label carries a person. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Counter;
  readonly #requestSeconds: Histogram;
  readonly #homeserver: Counter;
  readonly #actions: Counter;
  readonly #held: Gauge;
  readonly #inbox: Counter;
  readonly #handled: Counter;

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
  }

  inboxHandled(result: "processed" | "failed" | "quarantined", count: number): void {
    this.#handled.inc({ result }, count);
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

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }
}
