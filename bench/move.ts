// `npm run bench:move`: how long after a run's start a person's own client, which waits in a /sync long-poll,
// knows of the room that a change of department brings. Real Synapse and appservice, a small town.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { SMALL_TOWN, TestCity } from "../dev/integration/test-city.ts";
import { median } from "./lib/process.ts";

const TIMES = 7;
/** Takes turns between two offices that she is not in otherwise. */
const UNITS = ["schule-01", "dez-1"] as const;

const folder = mkdtempSync(path.join(tmpdir(), "klaaf-move-"));
const source = path.join(folder, "organisation.yaml");
copyFileSync(SMALL_TOWN, source);
const original = readFileSync(source, "utf8");
const place = "{ unit: abt-121, function: member, title: Sachbearbeitung }";
if (!original.includes(place)) throw new Error("The small town is another one by now.");

const city = await TestCity.start({ source });
try {
  await city.provisioned();
  const anna = await city.signIn("p-anna");
  let since = String(
    (await anna.call("GET", "/_matrix/client/v3/sync?timeout=0")).json["next_batch"],
  );
  /** Waits in long-polls until the client has joined the room. */
  const seen = async (roomId: string): Promise<void> => {
    for (;;) {
      const { json } = await anna.call(
        "GET",
        `/_matrix/client/v3/sync?timeout=20000&since=${encodeURIComponent(since)}`,
      );
      since = String(json["next_batch"]);
      const rooms = json["rooms"] as
        { readonly join?: Readonly<Record<string, unknown>> } | undefined;
      if (rooms?.join?.[roomId] !== undefined) return;
    }
  };
  const times: number[] = [];
  for (let nth = 0; nth < TIMES; nth += 1) {
    const unit = UNITS[nth % UNITS.length] ?? UNITS[0];
    const waiting = seen(await city.room(unit, "general"));
    writeFileSync(source, original.replace(place, place.replace("abt-121", unit)));
    const start = performance.now();
    const run = city.run();
    await waiting;
    times.push(performance.now() - start);
    await run;
  }
  process.stdout.write(
    `${TIMES} moves: in the client ${median(times).toFixed(0)} ms after the run's start (median), ` +
      `${Math.max(...times).toFixed(0)} ms at most.\n`,
  );
} finally {
  await city.stop();
  rmSync(folder, { recursive: true, force: true });
}
