export { ROLES, SCOPES } from "./caller.ts";
export { machineAuthenticator, sameSecret } from "./machine.ts";
export type { Authenticator } from "./machine.ts";
export type { Caller, PersonCaller, Role, Scope } from "./caller.ts";
