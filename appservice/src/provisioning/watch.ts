import type { Logger } from "../telemetry/index.ts";
import type { Provisioner } from "./provisioner.ts";

export type WatchOptions = {
  readonly provisioner: Provisioner;
  /** How often the source is asked, in milliseconds. */
  readonly everyMs: number;
  /** A cheap word that changes with the source's answer; without it each reading is a whole one. */
  readonly version?: () => Promise<string>;
  readonly log: Logger;
};

/** What failed is tried again this much later, in milliseconds, until nothing fails. */
const TRY_AGAIN_MS = 5 * 60_000;
/** So often everything is compared, also where nothing was told. */
const WHOLE_MS = 3_600_000;

/**
 * Follows the source: reads it when it changed, again after a while as long as something failed, and
 * everything once an hour. A leaver is locked with the first run after the source's answer.
 */
export class SourceWatch {
  readonly #options: WatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #seen: string | undefined;
  #nextWhole = 0;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#look("start");
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #look(trigger: "start" | "schedule"): Promise<void> {
    if (this.#stopped) return;
    const { everyMs, log, provisioner, version } = this.#options;
    try {
      const now = Date.now();
      const seen = await version?.();
      if (seen === undefined || seen !== this.#seen || now >= this.#nextWhole) {
        // Not awaited: a leaver in the next answer must not wait for the end of a long run.
        this.#nextWhole = now + WHOLE_MS;
        this.#seen = seen;
        const { ended } = provisioner.start({ trigger, actor: { kind: "system", id: "watch" } });
        ended.then(
          ({ failures, state }) => {
            if (failures.length > 0 && state !== "left")
              this.#nextWhole = Math.min(this.#nextWhole, Date.now() + TRY_AGAIN_MS);
          },
          (error: unknown) => {
            this.#nextWhole = Math.min(this.#nextWhole, Date.now() + TRY_AGAIN_MS);
            log.error({ err: error }, "provisioning run failed");
          },
        );
      }
    } catch (error) {
      log.error({ err: error }, "the source could not be watched; trying again");
    }
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#look("schedule"), everyMs);
  }
}
