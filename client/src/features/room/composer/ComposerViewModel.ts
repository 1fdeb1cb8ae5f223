import type { AccountEngine, Failure } from "../../../matrix/door.ts";
import { ViewModelBase } from "../../../view-model/view-model.ts";
import type { Drafts } from "./drafts.ts";

export type ComposerSnapshot = {
  readonly text: string;
  readonly canWrite: boolean;
  readonly canSend: boolean;
  /** Why the last text could not even be queued; it stands in the field again. */
  readonly failure: Failure | undefined;
};

export type ComposerOptions = {
  readonly engine: Pick<AccountEngine, "sendText">;
  readonly roomId: string;
  readonly drafts: Drafts;
};

/** The line in which somebody writes; what is begun outlives going to another room. */
export class ComposerViewModel extends ViewModelBase<ComposerSnapshot> {
  readonly #options: ComposerOptions;

  constructor(options: ComposerOptions) {
    const text = options.drafts.get(options.roomId);
    super({ text, canWrite: true, canSend: text.trim() !== "", failure: undefined });
    this.#options = options;
  }

  setText(text: string): void {
    this.#options.drafts.set(this.#options.roomId, text);
    this.#change({ text, failure: undefined });
  }

  setCanWrite(canWrite: boolean): void {
    this.#change({ canWrite });
  }

  /** Sends what is written; the field is free at once. */
  async send(): Promise<void> {
    const { canSend, text } = this.getSnapshot();
    if (!canSend) return;
    this.setText("");
    const result = await this.#options.engine.sendText(this.#options.roomId, text.trim());
    if (result.ok) return;
    if (this.#options.drafts.get(this.#options.roomId) === "") this.setText(text);
    this.#change({ failure: result.failure });
  }

  #change(change: Partial<Pick<ComposerSnapshot, "text" | "canWrite" | "failure">>): void {
    const next = { ...this.getSnapshot(), ...change };
    this.replace({ ...next, canSend: next.canWrite && next.text.trim() !== "" });
  }
}
