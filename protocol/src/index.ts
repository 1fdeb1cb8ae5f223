export * from "./errors.ts";
export * from "./events/managed.ts";
export * from "./events/parsed.ts";
export * from "./events/room-class.ts";
export * from "./me.ts";
export * from "./prefix.ts";
