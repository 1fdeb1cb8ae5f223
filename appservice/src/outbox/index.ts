export { Outbox } from "./outbox.ts";
export type { Message } from "./outbox.ts";
export { Sender } from "./sender.ts";
export type { OutboxEvents } from "./sender.ts";
