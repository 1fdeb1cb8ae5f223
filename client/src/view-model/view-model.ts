import { sameData } from "./same-data.ts";

/** What a view draws from: an immutable snapshot that is replaced, never changed. */
export interface ViewModel<Snapshot> {
  readonly disposed: boolean;
  /** As a property, since React takes it without its object. */
  readonly getSnapshot: () => Snapshot;
  /** Calls after each new snapshot; the answer ends it. */
  readonly subscribe: (listener: () => void) => () => void;
  /** Ends everything it watches. */
  dispose(): void;
}

/** The part that all view models share: the snapshot, who listens to it, and what ends with it. */
export abstract class ViewModelBase<Snapshot> implements ViewModel<Snapshot> {
  #snapshot: Snapshot;
  #disposed = false;
  readonly #listeners = new Set<() => void>();
  readonly #ends: (() => void)[] = [];

  protected constructor(initial: Snapshot) {
    this.#snapshot = initial;
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  readonly getSnapshot = (): Snapshot => this.#snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const end of this.#ends) end();
    this.#listeners.clear();
  }

  /** Replaces the snapshot, unless it says the same. */
  protected replace(next: Snapshot): void {
    if (this.#disposed || sameData(this.#snapshot, next)) return;
    this.#snapshot = next;
    for (const listener of this.#listeners) listener();
  }

  /** Something to end together with this view model. */
  protected endWith(end: () => void): void {
    if (this.#disposed) end();
    else this.#ends.push(end);
  }
}
