import type { Unwatch } from "./door.ts";

/** A value that can be watched: a listener is called at once when a value is known, then on each change. */
export type Watched<T> = {
  readonly get: () => T | undefined;
  /** Tells the listeners, unless it is the value that they have already. */
  readonly set: (value: T) => void;
  readonly watch: (listener: (value: T) => void) => Unwatch;
  readonly watchers: () => number;
};

/** @param initial left out: nothing is known yet */
export function watched<T>(initial?: T): Watched<T> {
  let value = initial;
  const listeners = new Set<{ readonly tell: (value: T) => void }>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(value, next)) return;
      value = next;
      for (const { tell } of listeners) tell(next);
    },
    watch(tell) {
      // An object of its own, so that the same function may watch twice.
      const entry = { tell };
      listeners.add(entry);
      if (value !== undefined) tell(value);
      return () => {
        listeners.delete(entry);
      };
    },
    watchers: () => listeners.size,
  };
}
