import { afterEach, expect, test } from "vitest";
import { TestCity } from "./test-city.ts";

let city: TestCity | undefined;
afterEach(async () => {
  await city?.stop();
  city = undefined;
});

/** How many actions the small town takes to make. */
const ACTIONS_AT_LEAST = 40;

/** What must be true of the small town, however often it was interrupted. */
async function expectWhole(town: TestCity): Promise<void> {
  const made = town.count(
    "current_state_events",
    "type = 'eu.townhall.managed' and state_key = ''",
  );
  // Five spaces; general rooms of dez-1, amt-12, abt-121, schule-01; two of announcements; three of leads.
  expect(made).toBe(14);
  expect(town.count("users", "name like '@u%'")).toBe(7);
  expect(town.count("user_threepids")).toBe(7);
  const json = await town.run();
  expect(json).toMatchObject({ planned: 0, failures: [], held: 0 });
  const room = await town.room("amt-12", "general");
  expect(await town.members(room)).toHaveLength(3);
  expect(
    town.count("events", `type = 'm.room.member' and room_id = '${room}'`),
    "nobody joins twice",
  ).toBe(4);
}

for (const share of [0.02, 0.2, 0.4, 0.6, 0.9]) {
  test(`the appservice is killed at ${share * 100} % of the work, and the next start finishes it`, async () => {
    city = await TestCity.start();
    const town = city;
    let killed: Promise<void> | undefined;
    const running = town.provisioned(({ phase, done, total }) => {
      if (phase === "applying" && done >= total * share) killed ??= town.appservice.kill();
    });
    await Promise.race([running, town.appservice.ended]);
    await killed;
    await town.startAppservice();
    await running;
    await expectWhole(town);
  });
}

test("Synapse is killed in the middle; the same run goes on when it is back", async () => {
  city = await TestCity.start();
  const town = city;
  let outage: Promise<void> | undefined;
  const { total } = await town.provisioned(({ phase, done, total: all }) => {
    if (phase === "applying" && done >= all / 3) {
      outage ??= town.synapse.kill().then(() => town.startSynapse());
    }
  });
  await outage;
  expect(total).toBeGreaterThan(ACTIONS_AT_LEAST);
  await expectWhole(town);
});

test("both are killed at once, and nothing is made twice", async () => {
  city = await TestCity.start();
  const town = city;
  let killed: Promise<unknown> | undefined;
  const running = town.provisioned(({ phase, done, total }) => {
    if (phase === "applying" && done >= total / 2) {
      killed ??= Promise.all([town.appservice.kill(), town.synapse.kill()]);
    }
  });
  await Promise.race([running, town.appservice.ended]);
  await killed;
  await town.startSynapse();
  await town.startAppservice();
  await running;
  await expectWhole(town);
});
