// `npm run bench:plan`: how long a plan takes to compute, from an organisation in memory to its actions,
// at sizes up to 20,000 people. Pure computation, so CPU time is what is measured.
import type { Observed } from "../appservice/src/provisioning/observed.ts";
import { NOTHING_QUARANTINED, plan } from "../appservice/src/provisioning/plan.ts";
import type { Plan } from "../appservice/src/provisioning/plan.ts";
import { defaultPolicy } from "../appservice/src/testing/policy.ts";
import { previewOf } from "../appservice/src/provisioning/preview.ts";
import { desiredOf, NOTHING, provisioned } from "../appservice/src/provisioning/simulate.ts";
import { makeCity } from "../dev/sample-city/city.ts";

const SIZES = [2000, 5000, 10_000, 20_000];
const REPEATS = 5;
const sourceIdOf = (userId: string) => userId.slice(1, -2);

/** The median CPU time of some runs, in milliseconds. */
function cpuMs(work: () => unknown): number {
  const times = Array.from({ length: REPEATS }, () => {
    const before = process.cpuUsage();
    work();
    const { system, user } = process.cpuUsage(before);
    return (user + system) / 1000;
  }).toSorted((one, other) => one - other);
  return times[Math.floor(REPEATS / 2)] ?? 0;
}

process.stdout.write(
  "| people | rooms | first plan | actions | no change | one moves | preview and hash of the first |\n" +
    "| -----: | ----: | ---------: | ------: | --------: | --------: | ----------------------------: |\n",
);
for (const people of SIZES) {
  const city = makeCity({ people, seed: 4711 });
  const planned = (observed: Observed, organisation = city): Plan =>
    plan(desiredOf(organisation, defaultPolicy), observed, {
      urgent: () => false,
      limits: defaultPolicy.brake,
      counted: [],
      quarantined: NOTHING_QUARANTINED,
      graceOverBefore: -1,
    });
  const whole = provisioned(city, defaultPolicy);
  const [someone, ...others] = city.people.toReversed();
  if (someone === undefined) throw new Error("The city has nobody in it.");
  const elsewhere = { unit: "amt-52", function: "member" } as const;
  const moved = { ...city, people: [...others, { ...someone, memberships: [elsewhere] }] };
  const first = planned(NOTHING);
  const cells = [
    city.people.length,
    whole.rooms.size,
    `${cpuMs(() => planned(NOTHING)).toFixed(0)} ms`,
    first.actions.length,
    `${cpuMs(() => planned(whole)).toFixed(0)} ms`,
    `${cpuMs(() => planned(whole, moved)).toFixed(0)} ms`,
    `${cpuMs(() => previewOf(first, sourceIdOf)).toFixed(0)} ms`,
  ];
  process.stdout.write(`| ${cells.join(" | ")} |\n`);
}
