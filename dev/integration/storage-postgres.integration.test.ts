import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe } from "vitest";
import { storageContract } from "../../appservice/src/storage/contract.ts";
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
});
