import type { Unwatch } from "../door.ts";
import type { EngineLink, ToEngine } from "./wire.ts";

/** The service as the wire sees it: names and arguments are what a page sent, and may be anything. */
export type Served = {
  readonly call: (name: string, args: readonly unknown[]) => Promise<unknown>;
  /** Undefined if there is no such watch. */
  readonly watch: (
    name: string,
    args: readonly unknown[],
    /** Gets the whole value first, then each time what changed. */
    listener: (first: boolean, patch: unknown) => void,
  ) => Unwatch | undefined;
};

/**
 * Serves the pages at the other end of a link until it is stopped, and tells them that an engine is here.
 *
 * @param epoch a random word of this engine's life, by which pages notice that it is another one
 * @returns ends everything that was being watched; the link is left open
 */
export function serve(link: EngineLink, served: Served, epoch: string): () => void {
  const watchesOf = new Map<string, Map<number, Unwatch>>();
  let stopped = false;

  const endAll = (page: string) => {
    for (const unwatch of watchesOf.get(page)?.values() ?? []) unwatch();
    watchesOf.delete(page);
  };

  const pageOf = (page: string) => {
    const known = watchesOf.get(page);
    if (known !== undefined) return known;
    const watches = new Map<number, Unwatch>();
    watchesOf.set(page, watches);
    link.whenGone(page, () => endAll(page));
    return watches;
  };

  const watch = (page: string, id: number, name: string, args: readonly unknown[]) => {
    const watches = pageOf(page);
    watches.get(id)?.();
    const unwatch = served.watch(name, args, (first, patch) =>
      link.send({ kind: "change", epoch, id, first, patch }, page),
    );
    if (unwatch !== undefined) watches.set(id, unwatch);
  };

  link.receive((message: ToEngine, page) => {
    if (stopped) return;
    switch (message.kind) {
      case "hello":
        link.send({ kind: "owner", epoch }, page);
        return;
      case "call":
        void served.call(message.name, message.args).then(
          (result) => link.send({ kind: "answer", epoch, id: message.id, result }, page),
          () => {
            const failure = { code: "unknown", retry: "never" } as const;
            link.send(
              { kind: "answer", epoch, id: message.id, result: { ok: false, failure } },
              page,
            );
          },
        );
        return;
      case "watch":
        watch(page, message.id, message.name, message.args);
        return;
      case "unwatch":
        watchesOf.get(page)?.get(message.id)?.();
        watchesOf.get(page)?.delete(message.id);
    }
  });
  link.send({ kind: "owner", epoch });

  return () => {
    stopped = true;
    for (const page of watchesOf.keys()) endAll(page);
  };
}
