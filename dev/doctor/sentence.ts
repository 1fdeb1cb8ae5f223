/** What one look at one part gave. `idle`: not running, which is no fault by itself. */
export type Finding = {
  readonly part: string;
  readonly state: "well" | "idle" | "wrong";
  readonly words: string;
};

const SIGN = { well: "✓", idle: "–", wrong: "✗" } as const;

export function sentenceOf({ part, state, words }: Finding): string {
  return `${SIGN[state]} ${part}: ${words}`;
}
