export { roomKey, spaceKey } from "./keys.ts";
export { SourceWatch } from "./watch.ts";
export { newLocalpart } from "./localpart.ts";
export type { Progress } from "./progress.ts";
export { PreviewGroup, PreviewLine } from "./preview.ts";
export type { Preview } from "./preview.ts";
export type { Whois } from "./whois.ts";
export { NotUndoable, PlanChanged, Provisioner, SYSTEM } from "./provisioner.ts";
export type { PlanView, ProvisionerOptions, ProvisioningEvents, RunResult } from "./provisioner.ts";
