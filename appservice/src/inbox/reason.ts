/**
 * Why something failed, in words that may be kept: the kind of error, its code, and where it was thrown.
 * Never its message: that may quote what somebody wrote.
 *
 * @returns e.g. `TypeError at drift.ts:42`
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return `thrown: ${typeof error}`;
  const code: unknown = "code" in error ? error.code : undefined;
  const known = typeof code === "string" && /^\w{1,40}$/.test(code) ? ` ${code}` : "";
  const name = /^\w{1,60}$/.test(error.name) ? error.name : "Error";
  // A frame ends in "folder/file.ts:12:3)"; the message above the frames has no such line.
  const frame = /^ {4}at .*?([\w.-]+\.\w+:\d+):\d+\)?$/m.exec(error.stack ?? "");
  return `${name}${known}${frame === null ? "" : ` at ${frame[1]}`}`;
}
