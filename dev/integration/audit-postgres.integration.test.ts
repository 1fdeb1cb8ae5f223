import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { auditContract } from "../../appservice/src/audit/contract.ts";
import { DatabaseAuditLog } from "../../appservice/src/audit/index.ts";
import { openStore } from "../../appservice/src/storage/index.ts";
import { wipe } from "../../appservice/src/testing/scratch-store.ts";
import { programFor } from "../needs.ts";
import { startPostgres } from "../stack/postgres.ts";

async function openDatabase() {
  const folder = mkdtempSync(path.join(tmpdir(), "klaaf-postgres-"));
  const postgres = await startPostgres({ directory: path.join(folder, "data") });
  return {
    config: { kind: "postgres", url: await postgres.createDatabase("appservice") } as const,
    async stop() {
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

describe.runIf(programFor("postgresql") !== undefined)("on a server of its own", () => {
  auditContract("PostgreSQL", async () => {
    const database = await openDatabase();
    const store = await openStore(database.config);
    return {
      db: store.db,
      wipe: () => wipe(store.db),
      async stop() {
        await store.close();
        await database.stop();
      },
    };
  });

  it("is one chain that several copies of the appservice write, a whole city's changes each", async () => {
    const database = await openDatabase();
    const copies = await Promise.all([1, 2, 3].map(() => openStore(database.config)));
    try {
      const changes = Array.from({ length: 20_000 }, (_, nth) => ({
        actor: { kind: "system", id: "provisioning" } as const,
        action: "member.added",
        subject: `p-${nth}`,
        reason: "member-of-unit",
        details: { room: `room:${nth % 500}:general` },
      }));
      const logs = copies.map(({ db }) => new DatabaseAuditLog({ db, now: () => new Date() }));
      await Promise.all(logs.map((log) => log.append(changes)));
      const reader = { kind: "system", id: "test" } as const;
      await expect(logs[0]?.verify(reader)).resolves.toMatchObject({
        kind: "intact",
        head: { position: 60_000 },
      });
    } finally {
      for (const copy of copies) await copy.close();
      await database.stop();
    }
  });
});
