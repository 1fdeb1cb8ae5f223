export { roomKey, spaceKey } from "./desired.ts";
export { newLocalpart } from "./localpart.ts";
export { defaultPolicy } from "./policy.ts";
export type { Policy, RoomTemplate } from "./policy.ts";
export type { Preview, PreviewGroup, PreviewLine } from "./preview.ts";
export { PlanChanged, Provisioner } from "./provisioner.ts";
export type { Progress, ProvisionerOptions, ProvisioningEvents, RunResult } from "./provisioner.ts";
