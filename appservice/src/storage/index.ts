export type { Schema } from "./schema.ts";
export { openStore } from "./store.ts";
export type { Database, Store, StoreConfig } from "./store.ts";
export { LeaseLost, Leases } from "./leases.ts";
export type { Lease, LeasesOptions } from "./leases.ts";
export { LeasedWorker } from "./leased-worker.ts";
export { pruneQueues, queueState } from "./queue-state.ts";
