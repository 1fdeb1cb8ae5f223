/** Where a long step tells a person how far it is. */
export interface Report {
  /** One finished or starting step, in words. */
  step(text: string): void;
  /** A line that replaces the last one on a terminal; on anything else it is printed rarely. */
  progress(text: string): void;
}

const GRAY = "\u001B[90m";
const PLAIN = "\u001B[0m";

/**
 * Reports on a terminal (or a log): steps as lines with the seconds since the start, progress as one
 * line that renews itself.
 */
export function terminalReport(
  out: NodeJS.WriteStream = process.stdout,
  now: () => number = Date.now,
): Report {
  const started = now();
  let progressShown = false;
  let lastProgress = 0;
  const since = () => `${((now() - started) / 1000).toFixed(1).padStart(5)} s`;
  const clear = () => {
    if (progressShown) out.write("\r\u001B[2K");
    progressShown = false;
  };
  return {
    step(text) {
      clear();
      out.write(out.isTTY ? `${GRAY}${since()}${PLAIN}  ${text}\n` : `${since()}  ${text}\n`);
    },
    progress(text) {
      if (out.isTTY) {
        out.write(`\r\u001B[2K${GRAY}${since()}${PLAIN}  ${text}`);
        progressShown = true;
      } else if (now() - lastProgress > 10_000) {
        out.write(`${since()}  ${text}\n`);
        lastProgress = now();
      }
    },
  };
}

export const silentReport: Report = { step() {}, progress() {} };

/** An error whose message is one sentence for the person at the terminal: what is wrong, what to do. */
export class PlainError extends Error {
  override readonly name = "PlainError";
}
