import { z } from "zod";

/** What the command line speaks to, and where it writes. */
export type CliSurroundings = {
  /** The appservice's address. */
  readonly url: string;
  /** The machine's token. */
  readonly token: string;
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  /** Overwrites one line of the terminal; undefined where there is none. */
  readonly live?: ((line: string) => void) | undefined;
  /** Asks a person yes or no; undefined where nobody sits there. */
  readonly ask: ((question: string) => Promise<boolean>) | undefined;
};

/** 0: done, or nothing to do. 1: it failed. 2: wrong use. 3: removals wait for people to decide. */
export type ExitCode = 0 | 1 | 2 | 3;

const Problem = z.object({
  title: z.string(),
  detail: z.string().optional(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
});

/** A refusal of the appservice, in words for the terminal. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/**
 * Asks the appservice.
 *
 * @throws Refusal with words for the person
 */
export async function ask(
  { token, url }: CliSurroundings,
  method: "GET" | "POST",
  path: string,
  body?: unknown,
): Promise<unknown> {
  let answer: Response;
  try {
    answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Refusal(`The appservice does not answer at ${url}. Is it running?`);
  }
  const text = await answer.text();
  if (answer.ok) return JSON.parse(text) as unknown;
  throw new Refusal(refusalOf(text, answer.status));
}

function refusalOf(text: string, status: number): string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return `The appservice answered ${status}.`;
  }
  const problem = Problem.safeParse(json);
  if (!problem.success) return `The appservice answered ${status}.`;
  const { detail, errors = [], title } = problem.data;
  return [
    detail ?? title,
    ...errors.map((one) => `  ${one.pointer === "" ? "the file" : one.pointer}: ${one.detail}`),
  ].join("\n");
}
