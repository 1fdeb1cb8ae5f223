import { z } from "../zod.ts";
import type { Result, Unwatch } from "../door.ts";

/** What goes from a page to the engine. */
export const ToEngine = z.discriminatedUnion("kind", [
  /** Is there an engine? It answers with `owner`. */
  z.object({ kind: z.literal("hello") }),
  z.object({
    kind: z.literal("call"),
    id: z.number(),
    name: z.string(),
    args: z.array(z.unknown()),
  }),
  z.object({
    kind: z.literal("watch"),
    id: z.number(),
    name: z.string(),
    args: z.array(z.unknown()),
  }),
  z.object({ kind: z.literal("unwatch"), id: z.number() }),
]);
export type ToEngine = z.infer<typeof ToEngine>;

/** What goes from the engine to a page. */
export const ToPage = z.discriminatedUnion("kind", [
  /** There is an engine here; another epoch than before means: a new one, which knows nothing of you. */
  z.object({ kind: z.literal("owner"), epoch: z.string() }),
  z.object({
    kind: z.literal("answer"),
    epoch: z.string(),
    id: z.number(),
    result: z.unknown(),
  }),
  /** `first`: the whole value; afterwards: what changed, as the codec of that watch says it. */
  z.object({
    kind: z.literal("change"),
    epoch: z.string(),
    id: z.number(),
    first: z.boolean(),
    patch: z.unknown(),
  }),
]);
export type ToPage = z.infer<typeof ToPage>;

/** A page's line to the engine, wherever that runs. Messages arrive in order; some may be lost while nobody owns the engine. */
export interface PageLink {
  send(message: ToEngine): void;
  /** Set once, before the first message is sent. */
  receive(listener: (message: ToPage) => void): void;
  close(): void;
}

/** The engine's line to the pages. */
export interface EngineLink {
  /** Without `page`: to all who listen. */
  send(message: ToPage, page?: string): void;
  receive(listener: (message: ToEngine, page: string) => void): void;
  /** Calls back when a page has gone, by whatever way: closed, reloaded, crashed. */
  whenGone(page: string, listener: () => void): void;
  close(): void;
}

/** What one side offers and the other uses. Every call is idempotent: it may be asked again of a new engine. */
export type Service = {
  readonly calls: Readonly<
    Record<string, { readonly args: readonly unknown[]; readonly value: unknown }>
  >;
  readonly watches: Readonly<
    Record<string, { readonly args: readonly unknown[]; readonly value: unknown }>
  >;
};

export type Implementation<S extends Service> = {
  readonly calls: {
    readonly [N in keyof S["calls"]]: (
      ...args: S["calls"][N]["args"]
    ) => Promise<Result<S["calls"][N]["value"]>>;
  };
  readonly watches: {
    readonly [N in keyof S["watches"]]: (
      listener: (value: S["watches"][N]["value"]) => void,
      ...args: S["watches"][N]["args"]
    ) => Unwatch;
  };
};

/** How the changes of one watch travel: as the difference to what the other side has. */
export type Codec<T, Patch> = {
  readonly encode: (before: T, after: T) => Patch;
  readonly decode: (before: T, patch: Patch) => T;
  /** The whole value from a new engine: `after`, with the parts of `before` that say the same. */
  readonly adopt: (before: T, after: T) => T;
};
