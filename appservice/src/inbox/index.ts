export { Inbox, Transaction } from "./inbox.ts";
export type { Taken } from "./inbox.ts";
export { Processor } from "./processor.ts";
export type { InboxEvents } from "./processor.ts";
export type { InboxEvent, JsonRecord, PushedEvent, Subscription } from "./subscription.ts";
