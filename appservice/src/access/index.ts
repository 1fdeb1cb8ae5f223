export { ROLES, SCOPES } from "./caller.ts";
export type { Caller, PersonCaller, Role, Scope } from "./caller.ts";
