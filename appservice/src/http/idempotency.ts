import { z } from "zod";
import type { Database } from "../storage/index.ts";
import { HttpProblem } from "./problem.ts";
import type { Answer } from "./route.ts";

/** What a caller may choose as a key: a UUID, or whatever tells two wishes apart. */
export const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,200}$/;

/** Answers are kept this long. */
const KEPT_MS = 24 * 3_600_000;
/** A request that has not answered by then was cut off by a crash: whoever comes again does it. */
const CUT_OFF_MS = 120_000;

const KeptAnswer = z.object({
  status: z.number(),
  body: z.unknown().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  /** It held a secret, which is kept nowhere. */
  secret: z.boolean().optional(),
});

export type OneRequest = {
  readonly caller: string;
  readonly key: string;
  /** Tells one wish from another. */
  readonly fingerprint: string;
  /** Whether the answer holds a secret: it is given once, and not kept. */
  readonly secret: boolean;
};

/**
 * Requests that carry an `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header) are done once: who
 * asks again after a lost answer gets the same answer. What failed was not done, and may be tried anew
 * with the same key.
 */
export class IdempotentRequests {
  readonly #db: Database;
  readonly #now: () => Date;

  constructor(options: { readonly db: Database; readonly now: () => Date }) {
    this.#db = options.db;
    this.#now = options.now;
  }

  /** @throws HttpProblem if the key was used for something else, or its request is still under way */
  async once(request: OneRequest, work: () => Promise<Answer>): Promise<Answer> {
    const kept = await this.#begin(request);
    if (kept !== undefined) return kept;
    let answer: Answer;
    try {
      answer = await work();
    } catch (error) {
      await this.#row(request).deleteFrom();
      throw error;
    }
    const { body, headers, status } = answer;
    await this.#row(request).update({
      answer: JSON.stringify(request.secret ? { status, secret: true } : { status, body, headers }),
    });
    return answer;
  }

  /** @returns the answer that was given before, or undefined if the work is ours to do */
  async #begin(request: OneRequest): Promise<Answer | undefined> {
    const { caller, fingerprint, key } = request;
    const now = this.#now();
    await this.#db
      .deleteFrom("idempotent_request")
      .where("begun_at", "<", new Date(now.getTime() - KEPT_MS))
      .execute();
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto("idempotent_request")
      .values({ caller, key, fingerprint, begun_at: now, answer: null })
      .onConflict((conflict) =>
        conflict
          .columns(["caller", "key"])
          .doUpdateSet({ begun_at: now })
          .where("idempotent_request.fingerprint", "=", fingerprint)
          .where("idempotent_request.answer", "is", null)
          .where("idempotent_request.begun_at", "<", new Date(now.getTime() - CUT_OFF_MS)),
      )
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows === 1n) return undefined;
    const row = await this.#db
      .selectFrom("idempotent_request")
      .select(["fingerprint", "answer"])
      .where("caller", "=", caller)
      .where("key", "=", key)
      .executeTakeFirst();
    if (row !== undefined && row.fingerprint !== fingerprint)
      throw new HttpProblem("idempotency_key_reused");
    // Not there any more: the first one has failed just now.
    if (row === undefined || row.answer === null)
      throw new HttpProblem(
        "conflict",
        "The first request with this Idempotency-Key is still under way; ask again in a moment.",
      );
    const { body, headers, secret, status } = KeptAnswer.parse(JSON.parse(row.answer));
    if (secret === true)
      throw new HttpProblem(
        "conflict",
        "This was done, and its answer held a secret that is shown only once.",
      );
    return { status, body, headers: { ...headers, "idempotency-replayed": "true" } };
  }

  #row({ caller, key }: OneRequest) {
    return {
      deleteFrom: () =>
        this.#db
          .deleteFrom("idempotent_request")
          .where("caller", "=", caller)
          .where("key", "=", key)
          .execute(),
      update: (change: { readonly answer: string }) =>
        this.#db
          .updateTable("idempotent_request")
          .set(change)
          .where("caller", "=", caller)
          .where("key", "=", key)
          .execute(),
    };
  }
}
