import type { Database } from "../storage/index.ts";

/** Somebody's word for a plan: it binds person, plan and time. */
export type Approval = {
  /** Source id. */
  readonly person: string;
  readonly kind: "approve" | "break-glass";
  readonly reason: string;
  /** ISO 8601. */
  readonly at: string;
};

/** How long an approval counts, in milliseconds: a plan of yesterday is looked at again. */
const APPROVAL_MS = 24 * 3_600_000;

/** How many people must approve what the brake holds. */
export const NEEDED_APPROVALS = 2;

/** The approvals of plans. Only persons give them: a token cannot, and nobody gives two. */
export class Approvals {
  readonly #db: Database;
  readonly #now: () => Date;

  constructor(db: Database, now: () => Date) {
    this.#db = db;
    this.#now = now;
  }

  /** Stores a person's approval; a second one by the same person only renews the first. */
  async give(
    planHash: string,
    approval: Pick<Approval, "kind" | "person" | "reason">,
    db: Database = this.#db,
  ): Promise<void> {
    const at = this.#now();
    await db
      .insertInto("approval")
      .values({ plan_hash: planHash, ...approval, at })
      .onConflict((conflict) =>
        conflict
          .columns(["plan_hash", "person"])
          .doUpdateSet({ kind: approval.kind, reason: approval.reason, at }),
      )
      .execute();
  }

  /** The approvals of a plan that count now: young enough, and of people who still have access. */
  async of(planHash: string): Promise<readonly Approval[]> {
    const rows = await this.#db
      .selectFrom("approval")
      .innerJoin("account", "account.source_id", "approval.person")
      .select(["approval.person", "approval.kind", "approval.reason", "approval.at"])
      .where("approval.plan_hash", "=", planHash)
      .where("approval.at", ">", new Date(this.#now().getTime() - APPROVAL_MS))
      .where("account.locked_at", "is", null)
      .orderBy("approval.at")
      .execute();
    return rows.map((row) => ({
      person: row.person,
      kind: row.kind === "break-glass" ? "break-glass" : "approve",
      reason: row.reason,
      at: row.at.toISOString(),
    }));
  }
}

/** Whether what the brake holds may go: two people, or one who broke the glass. */
export function suffice(approvals: readonly Approval[]): boolean {
  return (
    new Set(approvals.map(({ person }) => person)).size >= NEEDED_APPROVALS ||
    approvals.some(({ kind }) => kind === "break-glass")
  );
}
