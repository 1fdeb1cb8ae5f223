// Test helper: a process that writes rows until it is killed, and says each that was acknowledged.
import { z } from "zod";
import { openStore } from "./store.ts";

const Config = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("pglite"), directory: z.string() }),
  z.object({ kind: z.literal("postgres"), url: z.string() }),
]);
const [config = "", round = ""] = process.argv.slice(2);
const store = await openStore(Config.parse(JSON.parse(config)));
for (let nth = 0; ; nth += 1) {
  const id = `${round}-${nth}`;
  await store.db.insertInto("inbox_transaction").values({ txn_id: id }).execute();
  process.stdout.write(`${id}\n`);
}
