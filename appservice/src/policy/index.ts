// Pure: the file itself is read in policy-file.ts, by whoever wires.
export { parsePolicy } from "./parse.ts";
export type { ParsedPolicy } from "./parse.ts";
export { groupRulesOf } from "./policy.ts";
export type { DriftKind, GroupRules, Policy, RoomRules, RoomTemplate } from "./policy.ts";
export { rolesOf } from "./roles.ts";
export type { PolicyRole } from "./roles.ts";
