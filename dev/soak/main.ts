// `npm run soak -- --cycles 1000 --seed 7`: kill -9 of appservice and Synapse, over and over; then: was
// anything lost or done twice? Its result stands in docs/benchmarks.md.
import { parseArgs } from "node:util";
import { runMain } from "../run-main.ts";
import { soak } from "./soak.ts";

await runMain(async () => {
  const { values } = parseArgs({
    options: {
      cycles: { type: "string", default: "100" },
      seed: { type: "string", default: "1" },
      "synapse-every": { type: "string", default: "4" },
    },
  });
  const started = Date.now();
  const killed: Record<string, number> = {};
  const result = await soak({
    cycles: Number(values.cycles),
    seed: Number(values.seed),
    synapseEvery: Number(values["synapse-every"]),
    onCycle(cycle, who) {
      killed[who] = (killed[who] ?? 0) + 1;
      if (cycle % 10 === 0)
        process.stdout.write(`${cycle} cycles, ${Math.round((Date.now() - started) / 1000)} s\n`);
    },
  });
  process.stdout.write(`${JSON.stringify({ ...values, killed, ...result }, undefined, 2)}\n`);
  const { asked: _, transactions: __, deliveries: ___, ...wrong } = result;
  if (Object.values(wrong).some((count) => count !== 0)) process.exitCode = 1;
});
