export { ROLES, SCOPES } from "./caller.ts";
export { anyOf, machineAuthenticator, sameSecret } from "./machine.ts";
export type { Authenticator } from "./machine.ts";
export type { Caller, PersonCaller, Role, Scope } from "./caller.ts";
export { PersonSessions, SESSION_MS, SessionRefused } from "./sessions.ts";
export type { Session, SessionRefusal } from "./sessions.ts";
export { AccessTokens, LONGEST_TOKEN_MS, TokenRefused } from "./tokens.ts";
export type { NewToken, TokenPlace, TokenRecord } from "./tokens.ts";
