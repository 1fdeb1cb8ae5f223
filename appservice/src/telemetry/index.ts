export { createLog } from "./log.ts";
export type { Logger } from "./log.ts";
export { Metrics } from "./metrics.ts";
export type { QueueState } from "./metrics.ts";
