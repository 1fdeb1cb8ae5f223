import * as fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../storage/index.ts";
import type { Actor, AuditEntry, AuditHead, AuditVerdict } from "./audit.ts";
import { hashOf } from "./chain.ts";
import { DatabaseAuditLog } from "./database-audit-log.ts";
import { altered, COLUMNS, cutWithHead, forge, move, remove, renumber } from "./meddle.ts";
import type { Column } from "./meddle.ts";
import { linkOf } from "./row.ts";
import { verify } from "./verify.ts";

export type LogUnderTest = {
  /** An empty store. */
  readonly db: Database;
  readonly wipe: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

const NOON = new Date("2026-11-24T12:00:00.123Z");
const auditor: Actor = { kind: "person", id: "p-auditor" };
const entry = (subject: string, more: Partial<AuditEntry> = {}): AuditEntry => ({
  actor: { kind: "system", id: "provisioning" },
  action: "member.removed",
  subject,
  reason: "not-in-source",
  ...more,
});
/** What the log must do on each engine. */
export function auditContract(name: string, make: () => Promise<LogUnderTest>): void {
  describe(`the audit log: ${name}`, () => {
    let under: LogUnderTest;
    let log: DatabaseAuditLog;
    let db: Database;
    beforeAll(async () => {
      under = await make();
      ({ db } = under);
      log = new DatabaseAuditLog({ db, now: () => NOON });
    });
    beforeEach(() => under.wipe());
    afterAll(() => under.stop());

    const write = (count: number) =>
      log.append(Array.from({ length: count }, (_, nth) => entry(`p-${nth + 1}`)));

    /** What is found after somebody with the owner's rights meddled; then all is as it was. */
    async function foundAfter(
      meddle: (meddling: Database) => Promise<unknown>,
      anchor?: AuditHead,
    ): Promise<AuditVerdict> {
      let verdict: AuditVerdict | undefined;
      const undone = new Error("undone");
      await db
        .transaction()
        .execute(async (trx) => {
          await sql`alter table audit_entry disable trigger user`.execute(trx);
          await sql`alter table audit_head disable trigger user`.execute(trx);
          await meddle(trx);
          verdict = await verify(trx, anchor);
          throw undone;
        })
        .catch((error: unknown) => {
          if (error !== undone) throw error;
        });
      if (verdict === undefined) throw new Error("nothing was verified");
      return verdict;
    }

    it("gives back what was written, in order, and is intact", async () => {
      await log.append([entry("p-1", { details: { b: [1, { d: null, c: "Ä" }], a: true } })]);
      await log.append([entry("room:12:general", { action: "room.created" }), entry("p-2")]);
      const { entries, next } = await log.list({ order: "oldest-first", limit: 3 }, auditor);
      expect(entries).toMatchObject([
        {
          ...entry("p-1", { details: { a: true, b: [1, { c: "Ä", d: null }] } }),
          position: 1,
          at: NOON,
        },
        { action: "room.created", position: 2 },
        { subject: "p-2", position: 3 },
      ]);
      expect(next).toBe(3);
      expect(await log.verify(auditor)).toMatchObject({ kind: "intact", head: { position: 4 } });
    });

    it("is intact when it is empty", async () => {
      expect(await verify(db)).toEqual({
        kind: "intact",
        head: { position: 0, hash: "0".repeat(64) },
      });
    });

    it("takes whatever people write as their reason", async () => {
      await log.append([
        entry("p-1", { reason: `a\0b\uD800c'"\\🏛`, details: { text: "\0\uD800" } }),
      ]);
      expect(await verify(db)).toMatchObject({ kind: "intact" });
      const [kept] = (await log.list({ subject: "p-1" }, auditor)).entries;
      expect(kept?.reason).toBe(`a\uFFFDb\uFFFDc'"\\🏛`);
    });

    it("comes and goes with the caller's transaction", async () => {
      await write(2);
      const broken = db.transaction().execute(async (trx) => {
        await log.append([entry("p-lost")], trx);
        throw new Error("broken in the middle");
      });
      await expect(broken).rejects.toThrow("broken in the middle");
      expect(await log.head()).toMatchObject({ position: 2 });
      await db.transaction().execute((trx) => log.append([entry("p-kept")], trx));
      expect(await verify(db)).toMatchObject({ kind: "intact", head: { position: 3 } });
    });

    it("is one chain, however many write at the same time", async () => {
      const others = Array.from({ length: 8 }, () => new DatabaseAuditLog({ db, now: () => NOON }));
      await Promise.all(
        others.flatMap((other) => [1, 2, 3].map((nth) => other.append([entry(`p-${nth}`)]))),
      );
      expect(await verify(db)).toMatchObject({ kind: "intact", head: { position: 24 } });
    });

    it("may grow while it is verified", async () => {
      await write(4100);
      const [verdict] = await Promise.all([verify(db), write(50), write(50)]);
      expect(verdict.kind).toBe("intact");
    });

    it.each([
      "update audit_entry set reason = 'other'",
      "delete from audit_entry where position = 2",
      "truncate audit_entry",
      "delete from audit_head",
      "update audit_head set position = 1",
    ])("refuses: %s", async (statement) => {
      await write(3);
      await expect(sql.raw(statement).execute(db)).rejects.toThrow(/only ever appended/);
      expect(await verify(db)).toMatchObject({ kind: "intact", head: { position: 3 } });
    });

    it("finds a change of any column of any entry, however small", async () => {
      const count = 8;
      await log.append(
        Array.from({ length: count }, (_, nth) =>
          entry(`p-${nth}`, nth % 2 === 0 ? { details: { n: 12345678901234, text: "äöü" } } : {}),
        ),
      );
      const rows = await db.selectFrom("audit_entry").selectAll().orderBy("position").execute();
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: count }),
          fc.constantFrom<Column>(...COLUMNS),
          fc.nat(),
          fc.integer({ min: 1, max: 9 }),
          async (position, column, place, by) => {
            const row = rows.find((one) => Number(one.position) === position);
            if (row === undefined) throw new Error(`there is no row ${position}`);
            const value = altered(row[column], column, place, by);
            const verdict = await foundAfter((trx) =>
              sql`update audit_entry set ${sql.ref(column)} = ${value} where position = ${position}`.execute(
                trx,
              ),
            );
            const where = column === "position" ? {} : { position, why: "altered" };
            expect(verdict).toMatchObject({ kind: "broken", ...where });
          },
        ),
        { numRuns: 150 },
      );
      expect(await verify(db)).toMatchObject({ kind: "intact" });
    });

    describe("names the first position that does not hold, and what was done there", () => {
      beforeEach(() => write(6));

      it.each<[string, (on: Database) => Promise<unknown>, number, string]>([
        ["an entry in the middle is gone", (on) => remove(on, "position = 3"), 3, "missing"],
        ["the first entry is gone", (on) => remove(on, "position = 1"), 1, "missing"],
        [
          "an entry is gone and the others are renumbered",
          async (on) => {
            await remove(on, "position = 3");
            await renumber(on, 4, -1);
          },
          3,
          "missing",
        ],
        ["the last entries are gone", (on) => remove(on, "position > 4"), 5, "truncated"],
        ["all entries are gone", (on) => remove(on, "true"), 1, "truncated"],
        [
          "two entries have changed places",
          async (on) => {
            await move(on, 3, 100);
            await move(on, 5, 3);
            await move(on, 100, 5);
          },
          3,
          "reordered",
        ],
        ["an entry was moved behind the last", (on) => move(on, 2, 7), 2, "reordered"],
        [
          "a sound entry was put in between, and the others renumbered",
          async (on) => {
            const forged = await forge(on, 3, "p-forged");
            await renumber(on, 3, 1);
            await on.insertInto("audit_entry").values(forged).execute();
          },
          3,
          "inserted",
        ],
        [
          "a sound entry was put before the first",
          async (on) => {
            const forged = await forge(on, 1, "p-forged");
            await on
              .insertInto("audit_entry")
              .values({ ...forged, position: 0 })
              .execute();
          },
          0,
          "inserted",
        ],
        [
          "a sound entry was put behind the last",
          async (on) => {
            const row = await forge(on, 6, "p-forged");
            const head = await on.selectFrom("audit_head").selectAll().executeTakeFirstOrThrow();
            const forged = { ...row, position: 7, previous_hash: head.hash };
            await on
              .insertInto("audit_entry")
              .values({ ...forged, hash: hashOf(linkOf(forged)) })
              .execute();
          },
          7,
          "inserted",
        ],
        ...[3, 6].map((position): [string, (on: Database) => Promise<unknown>, number, string] => [
          `entry ${position} was exchanged for another, hash and all`,
          async (on) => {
            const forged = await forge(on, position, "p-forged");
            await remove(on, `position = ${position}`);
            await on.insertInto("audit_entry").values(forged).execute();
          },
          position,
          "replaced",
        ]),
      ])("%s", async (_, meddle, position, why) => {
        expect(await foundAfter(meddle)).toEqual({ kind: "broken", position, why });
      });

      it("but for a log cut off together with its head only a head that was noted elsewhere", async () => {
        const noted = await log.head();
        expect((await foundAfter(cutWithHead)).kind).toBe("intact");
        expect(await foundAfter(cutWithHead, noted)).toEqual({
          kind: "broken",
          position: 5,
          why: "truncated",
        });
        expect(await foundAfter(async () => {}, { ...noted, hash: "f".repeat(64) })).toEqual({
          kind: "broken",
          position: 6,
          why: "replaced",
        });
        await write(3);
        expect((await foundAfter(async () => {}, noted)).kind).toBe("intact");
      });
    });

    it("is listed page by page, by who, what, whom and when", async () => {
      await log.append([
        entry("p-1"),
        entry("p-2", { action: "member.added" }),
        entry("hash-1", { action: "plan.approved", actor: { kind: "person", id: "p-9" } }),
        entry("p-1", { action: "account.locked" }),
      ]);
      const positions = async (query: Parameters<typeof log.list>[0]) => {
        const page = await log.list({ until: new Date(NOON.getTime() + 1), ...query }, auditor);
        return page.entries
          .filter(({ action }) => action !== "audit.read")
          .map(({ position }) => position);
      };
      expect(await positions({})).toEqual([4, 3, 2, 1]);
      expect(await positions({ subject: "p-1" })).toEqual([4, 1]);
      expect(await positions({ action: "member." })).toEqual([2, 1]);
      expect(await positions({ action: "member.added" })).toEqual([2]);
      expect(await positions({ actorKind: "person", actorId: "p-9" })).toEqual([3]);
      expect(await positions({ from: new Date(NOON.getTime() + 1) })).toEqual([]);
      const first = await log.list({ action: "member.", limit: 1 }, auditor);
      expect(first).toMatchObject({ entries: [{ position: 2 }], next: 2 });
      const second = await log.list({ action: "member.", limit: 1, after: first.next }, auditor);
      expect(second).toMatchObject({ entries: [{ position: 1 }], next: undefined });
    });

    it("holds who looked into it, and what for", async () => {
      await write(1);
      await log.list({ subject: "p-1" }, auditor);
      await log.verify(auditor);
      const { entries } = await log.list({ action: "audit.read", order: "oldest-first" }, auditor);
      expect(entries).toMatchObject([
        { actor: auditor, subject: "list", details: { subject: "p-1" } },
        { actor: auditor, subject: "verify", details: { found: "intact" } },
        { actor: auditor, subject: "list", details: { action: "audit.read" } },
      ]);
    });
  });
}
