import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { organisation, person, unit } from "../testing/organisations.ts";
import type { BrakeEntry } from "./brake.ts";
import { defaultPolicy } from "../testing/policy.ts";
import { planOf, provisioned } from "./simulate.ts";

const UNITS = ["12", "37", "40", "50"].map((id) => unit(id));
const crowd = (size: number, of: (nth: number) => string = (nth) => UNITS[nth % 4]?.id ?? "12") =>
  Array.from({ length: size }, (_, nth) => person(`p${nth}`, [of(nth)]));
const inOne = () => "12";
const ranOff = (from: number, to: number, inUnit?: string): readonly BrakeEntry[] =>
  Array.from({ length: to - from }, (_, nth) => ({
    kind: "loss",
    subject: `@p${from + nth}:t`,
    owner: inUnit,
  }));

/** Who of a city is locked or taken out, and who waits, when only some are left in its file. */
function after(
  before: ReturnType<typeof crowd>,
  now: ReturnType<typeof crowd>,
  removed: readonly BrakeEntry[] = [],
) {
  const { actions, held } = planOf(
    organisation(UNITS, now),
    defaultPolicy,
    provisioned(organisation(UNITS, before), defaultPolicy),
    undefined,
    removed,
  );
  return {
    locked: actions.filter(({ kind }) => kind === "lock-account").length,
    removed: actions.filter(({ kind }) => kind === "remove-member").length,
    held: held.length,
    causes: [...new Set(held.map(({ cause }) => JSON.stringify(cause)))].map(
      (cause) => JSON.parse(cause) as unknown,
    ),
  };
}

describe("the brake", () => {
  it("lets ten people of a city go in a day, from several units", () => {
    const city = crowd(200);
    expect(after(city, city.slice(10))).toMatchObject({ locked: 10, held: 0 });
  });

  it("holds everything at the eleventh: an export was cut short, or a reorganisation is meant", () => {
    const city = crowd(200);
    const { causes, locked, removed } = after(city, city.slice(11));
    expect([locked, removed]).toEqual([0, 0]);
    expect(causes).toEqual([{ scope: "source", removals: 11, allowed: 10 }]);
  });

  it("allows one in a hundred of a city that is larger", () => {
    const city = crowd(2000);
    expect(after(city, city.slice(20))).toMatchObject({ locked: 20, held: 0 });
    expect(after(city, city.slice(21)).locked).toBe(0);
  });

  it("counts over the day: what earlier runs took away counts again", () => {
    const city = crowd(200);
    const now = city.slice(8);
    const before = city.slice(4);
    expect(after(before, now, ranOff(0, 4))).toMatchObject({ locked: 4, held: 0 });
    const late = after(city.slice(8), city.slice(12), ranOff(0, 8));
    expect(late.locked).toBe(0);
    expect(late.causes).toEqual([{ scope: "source", removals: 12, allowed: 10 }]);
  });

  it("never lets one leaver's lock wait, whatever was taken away before", () => {
    const city = crowd(200);
    const { causes, locked, removed } = after(city.slice(10), city.slice(11), ranOff(0, 10));
    expect([locked, removed]).toEqual([1, 0]);
    expect(causes).toEqual([{ scope: "source", removals: 11, allowed: 10 }]);
  });

  it("holds a unit that loses more than three of its people, and lets the others' move", () => {
    const city = crowd(12, (nth) => (nth < 6 ? "12" : "37"));
    const now = city.filter((_, nth) => nth >= 4 && nth !== 6);
    const { causes, locked, removed } = after(city, now);
    expect(causes).toEqual([{ scope: "unit", unit: "12", removals: 4, allowed: 3 }]);
    // Their access goes; only their places in the unit wait.
    expect(locked).toBe(5);
    expect(removed).toBeGreaterThan(0);
  });

  it("allows a fifth of a unit that is larger", () => {
    const office = crowd(40, inOne);
    expect(after(office, office.slice(8)).held).toBe(0);
    expect(after(office, office.slice(9)).causes).toEqual([
      { scope: "unit", unit: "12", removals: 9, allowed: 8 },
    ]);
  });

  it("counts a person once, in however many rooms of the unit", () => {
    const heads = crowd(3, inOne).map(({ id }) => person(id, ["12:head"]));
    expect(after([...heads, person("stays", ["12"])], [person("stays", ["12"])])).toMatchObject({
      locked: 3,
      held: 0,
    });
  });

  it("holds everything if nobody is left in the file, be the city ever so small", () => {
    const { causes, locked, removed } = after(crowd(1), []);
    expect([locked, removed]).toEqual([0, 0]);
    expect(causes).toEqual([{ scope: "empty-source", removals: 1, allowed: 0 }]);
  });

  it("holds the power of heads whom the file does not name any more, until they may go", () => {
    const heads = crowd(5, inOne).map(({ id }) => person(id, ["12:head"]));
    const stays = person("stays", ["12"]);
    const before = provisioned(organisation(UNITS, [...heads, stays]), defaultPolicy);
    const { actions, held } = planOf(organisation(UNITS, [stays]), defaultPolicy, before);
    expect(actions.map(({ kind }) => kind)).not.toContain("set-state");
    expect(held.map(({ action }) => action.id)).toContain(
      "state:room:12:general:m.room.power_levels",
    );
  });

  it("goes on with what is new while removals wait", () => {
    const city = crowd(100);
    const { actions } = planOf(
      organisation(UNITS, [person("new", ["12"])]),
      defaultPolicy,
      provisioned(organisation(UNITS, city), defaultPolicy),
    );
    expect(actions.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["put-account", "join"]),
    );
    expect(actions.filter(({ kind }) => kind === "lock-account")).toEqual([]);
  });

  it("never lets more go in a day than it allows, in whatever portions they come", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 6 }), (portions) => {
        const city = crowd(300);
        let left = 0;
        let gone: readonly BrakeEntry[] = [];
        let singles = 0;
        for (const portion of portions) {
          const { locked } = after(city.slice(left), city.slice(left + portion), gone);
          if (portion === 1) singles += 1;
          gone = [...gone, ...ranOff(left, left + locked)];
          if (locked > 0) left += portion;
        }
        return gone.length <= 10 + singles;
      }),
      { numRuns: 40 },
    );
  });
});
