import { readdirSync, readFileSync } from "node:fs";

/** Linux counts a process' time in hundredths of a second (sysconf(_SC_CLK_TCK)). */
const MS_PER_TICK = 10;

type Stat = { readonly parent: number; readonly own: number; readonly ofEnded: number };

function statOf(pid: number): Stat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  // The name, in brackets, may hold anything; what follows is numbers (proc(5)).
  const fields = text
    .slice(text.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  const at = (index: number) => fields[index] ?? 0;
  return { parent: at(1), own: at(11) + at(12), ofEnded: at(13) + at(14) };
}

/** The CPU time that a process has used so far, in milliseconds; with its children where asked for. */
export function cpuMs(pid: number, options: { readonly children?: boolean } = {}): number {
  const stat = statOf(pid);
  if (stat === undefined) throw new Error(`Process ${pid} is gone.`);
  if (options.children !== true) return stat.own * MS_PER_TICK;
  const living = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((one) => one?.parent === pid)
    .reduce((sum, one) => sum + (one?.own ?? 0), 0);
  return (stat.own + stat.ofEnded + living) * MS_PER_TICK;
}

/** The most memory that a process has had in RAM so far, in MiB. */
export function peakMiB(pid: number): number {
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(line?.[1]) / 1024;
}

/** The middle of some figures. */
export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;

/** Rows as Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [
    line(head),
    line(head.map((_, index) => (index === 0 ? "---" : "---:"))),
    ...rows.map(line),
  ].join("");
}
