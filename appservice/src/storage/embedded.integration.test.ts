import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { storageContract } from "./contract.ts";

storageContract("embedded", async () => {
  const directory = mkdtempSync(path.join(tmpdir(), "store-"));
  return {
    config: { kind: "pglite", directory: path.join(directory, "store") },
    async stop() {
      rmSync(directory, { recursive: true, force: true });
    },
  };
});
