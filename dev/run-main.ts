import { PlainError } from "./report.ts";

/**
 * Runs a command's main part: a {@link PlainError} (and the machine's usual refusals) end it with one
 * sentence and exit code 1; anything else is a bug and shows its stack.
 */
export async function runMain(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`\n${sentenceFor(error)}\n`);
    process.exitCode = 1;
  }
}

function sentenceFor(error: unknown): string {
  if (error instanceof PlainError) return error.message;
  if (error instanceof Error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOSPC")
      return "The disk is full. Please free some space and run the command again.";
    if (code === "EACCES" || code === "EPERM") {
      return `A file cannot be written (${error.message}). Please run the command as the user who owns this folder.`;
    }
    return error.stack ?? error.message;
  }
  return String(error);
}
