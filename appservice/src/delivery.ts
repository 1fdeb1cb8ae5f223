// Wires what brings events in and out: inbox, outbox, and the ping that keeps them coming.
import { randomUUID } from "node:crypto";
import { pingUs, Watchdog } from "./homeserver/index.ts";
import type { Homeserver, Reach, Transport } from "./homeserver/index.ts";
import type { AppserviceRoutesOptions } from "./http/appservice-routes.ts";
import { Inbox, Processor } from "./inbox/index.ts";
import type { InboxEvents, Subscription } from "./inbox/index.ts";
import { Outbox, Sender } from "./outbox/index.ts";
import type { OutboxEvents } from "./outbox/index.ts";
import { LeasedWorker, pruneQueues, queueState } from "./storage/index.ts";
import type { Leases, Store } from "./storage/index.ts";
import type { Logger, Metrics } from "./telemetry/index.ts";

/** What a capability may use when it is wired. */
export type Parts = {
  readonly store: Store;
  readonly leases: Leases;
  readonly outbox: Outbox;
  readonly homeserver: Homeserver;
};

/** A capability that hears events; made when the parts are there. */
export type Capability = (parts: Parts) => Promise<Subscription>;

export type DeliveryOptions = {
  readonly store: Store;
  readonly leases: Leases;
  readonly homeserver: Homeserver;
  readonly capabilities: readonly Capability[];
  /** The registration that hears, and the way to the homeserver with its token. */
  readonly hear: { readonly id: string; readonly hsToken: string; readonly transport: Transport };
  readonly log: Logger;
  readonly metrics: Metrics;
};

export interface Delivery {
  /** For the routes that the homeserver calls. */
  readonly routes: AppserviceRoutesOptions;
  /** Once the routes are served. */
  start(): void;
  /** Resolves when nothing is under way any more, or after a few seconds. */
  stop(): Promise<void>;
}

/** How long what is done and what is in quarantine is kept. */
const KEPT = { doneDays: 7, quarantinedDays: 90 };
const HOUR_MS = 3_600_000;
const STOP_MS = 5000;

function inboxEvents(log: Logger, metrics: Metrics, onHandled: () => void): InboxEvents {
  return {
    handled(_subscriber, count) {
      metrics.inboxHandled("processed", count);
      onHandled();
    },
    failed(subscriber, eventId, reason) {
      metrics.inboxHandled("failed", 1);
      log.warn({ subscriber, eventId, reason }, "event not handled; it will be tried again");
    },
    quarantined(subscriber, eventId, reason) {
      metrics.inboxHandled("quarantined", 1);
      log.error({ subscriber, eventId, reason }, "event quarantined");
    },
    stumbled: (error) => log.error({ err: error }, "inbox could not be processed; trying again"),
  };
}

function outboxEvents(log: Logger, metrics: Metrics): OutboxEvents {
  return {
    sent: (count) => metrics.outboxTried("sent", count),
    failed(id, reason) {
      metrics.outboxTried("failed", 1);
      log.warn({ id, reason }, "event not sent; it will be tried again");
    },
    quarantined(id, reason) {
      metrics.outboxTried("quarantined", 1);
      log.error({ id, reason }, "event to send quarantined");
    },
    stumbled: (error) => log.error({ err: error }, "outbox could not be worked off; trying again"),
  };
}

function tellReach(log: Logger, metrics: Metrics): (reach: Reach, isNew: boolean) => void {
  return (reach, isNew) => {
    metrics.homeserverReachedUs(reach.kind === "reached" || reach.kind === "busy");
    if (!isNew || reach.kind === "busy") return;
    if (reach.kind === "reached") log.info("the homeserver reaches us");
    else if (reach.kind === "not reached")
      log.error({ code: reach.code }, "the homeserver cannot reach us; nothing is heard");
    else log.warn({ code: reach.code }, "the homeserver does not answer a ping");
  };
}

/** Makes inbox, outbox and watchdog, and the capabilities that use them. */
export async function makeDelivery(options: DeliveryOptions): Promise<Delivery> {
  const { store, leases, homeserver, capabilities, hear, log, metrics } = options;
  const { db } = store;
  const outbox = new Outbox(randomUUID);
  const parts: Parts = { store, leases, outbox, homeserver };
  const subscriptions = await Promise.all(capabilities.map((make) => make(parts)));
  const sender = new Sender({ db, leases, homeserver, events: outboxEvents(log, metrics) });
  const processor = new Processor({
    db,
    leases,
    subscriptions,
    events: inboxEvents(log, metrics, () => sender.wake()),
  });
  const upkeep = new LeasedWorker({
    leases,
    name: "upkeep",
    async work() {
      await pruneQueues(
        db,
        KEPT,
        subscriptions.map(({ name }) => name),
      );
    },
    everyMs: HOUR_MS,
    stumbled: (error) => log.error({ err: error }, "queues could not be pruned; trying again"),
  });
  const watchdog = new Watchdog({
    ping: () => pingUs(hear.transport, hear.id),
    onReach: tellReach(log, metrics),
  });
  for (const queue of ["inbox", "outbox"] as const)
    metrics.watchQueue(queue, () => queueState(db, queue));
  return {
    routes: {
      inbox: new Inbox(db, subscriptions, () => processor.wake()),
      hsToken: hear.hsToken,
      onTaken({ kept, dropped, repeated }) {
        watchdog.heard();
        metrics.inboxTook("kept", kept);
        metrics.inboxTook("dropped", dropped);
        metrics.inboxTook("repeated", repeated);
      },
    },
    start() {
      for (const one of [processor, sender, upkeep, watchdog]) one.start();
    },
    async stop() {
      watchdog.stop();
      const ended = Promise.all([processor, sender, upkeep].map((one) => one.stop()));
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, STOP_MS);
      await Promise.race([ended, promise]);
      clearTimeout(timer);
    },
  };
}
