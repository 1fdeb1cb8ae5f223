import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { sql } from "kysely";
import { Client } from "pg";
import { describe, expect, it } from "vitest";
import { storageContract } from "../../appservice/src/storage/contract.ts";
import { openStore } from "../../appservice/src/storage/index.ts";
import { programFor } from "../needs.ts";
import { startPostgres } from "../stack/postgres.ts";

describe.runIf(programFor("postgresql") !== undefined)("on a server of its own", () => {
  storageContract("PostgreSQL", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "klaaf-postgres-"));
    const postgres = await startPostgres({ directory: path.join(folder, "data") });
    return {
      config: { kind: "postgres", url: await postgres.createDatabase("appservice") },
      async stop() {
        await postgres.stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  });

  it("survives that the server ends its connections, and goes on with new ones", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "klaaf-postgres-"));
    const postgres = await startPostgres({ directory: path.join(folder, "data") });
    try {
      const store = await openStore({
        kind: "postgres",
        url: await postgres.createDatabase("appservice"),
      });
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(store.db);
      const administrator = new Client({ connectionString: postgres.url });
      await administrator.connect();
      const ended = await administrator.query(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = 'appservice'",
      );
      await administrator.end();
      expect(ended.rowCount).toBeGreaterThan(0);
      await expect.poll(() => store.check().then(() => "answers", String)).toBe("answers");
      const after = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(store.db);
      expect(after.rows[0]?.pid).not.toBe(rows[0]?.pid);
      await store.close();
    } finally {
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
