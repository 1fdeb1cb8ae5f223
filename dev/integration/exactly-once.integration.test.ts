import { expect, test } from "vitest";
import { soak } from "../soak/soak.ts";

const full = process.env["KLAAF_FULL"] === "1";

// 1,000 cycles by a command: `npm run soak -- --cycles 1000`.
test(
  "appservice and Synapse are killed again and again, every transaction comes twice: nothing is lost, nothing done twice",
  async () => {
    const { asked, transactions, deliveries, ...wrong } = await soak({
      cycles: full ? 100 : 20,
      seed: 7,
      synapseEvery: 4,
    });
    expect(asked).toBeGreaterThan(20);
    expect(deliveries).toBeGreaterThan(transactions * 1.5);
    expect(wrong).toEqual({
      lostEffects: 0,
      doubleEffects: 0,
      lostAnswers: 0,
      doubleAnswers: 0,
      quarantined: 0,
    });
  },
  full ? 900_000 : 300_000,
);
