export { FakeHomeserver } from "./fake.ts";
export { HomeserverError } from "./homeserver.ts";
export type {
  Account,
  Homeserver,
  NewFile,
  NewRoom,
  RoomInspection,
  Sending,
  StateContent,
  StateEvent,
} from "./homeserver.ts";
export { readRegistration } from "./registration.ts";
export type { Registration } from "./registration.ts";
export { SynapseHomeserver } from "./synapse.ts";
export { Transport } from "./transport.ts";
export type { TransportOptions } from "./transport.ts";
export { pingUs } from "./ping.ts";
export type { Reach } from "./ping.ts";
export { Watchdog } from "./watchdog.ts";
export { openIdVerifier } from "./openid.ts";
export type { OpenIdVerifier } from "./openid.ts";
