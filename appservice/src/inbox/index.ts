export { Inbox, Transaction } from "./inbox.ts";
export type { Taken } from "./inbox.ts";
