import { describe, expect, it } from "vitest";
import { daysAgo, listOf, listTime, longDay, waitingTime } from "./format.ts";

const at = (day: number, hour: number, month = 7) => new Date(2026, month, day, hour).getTime();
const today = at(14, 0);

describe("the time in a list", () => {
  it.each([
    [at(14, 9), "09:00"],
    [at(13, 23), "Gestern"],
    [at(12, 9), "Mi"],
    [at(8, 0), "Sa"],
    [at(7, 9), "07.08.26"],
  ])("of %i is %s", (when, text) => {
    expect(listTime("de", when, today, "Gestern")).toBe(text);
  });

  it("counts days of the calendar, also where a clock was changed", () => {
    expect(daysAgo(at(28, 23, 2), at(29, 0, 2))).toBe(1);
    expect(daysAgo(at(28, 1, 2), at(30, 0, 2))).toBe(2);
    expect(daysAgo(at(24, 23, 9), at(26, 0, 9))).toBe(2);
  });
});

describe("words", () => {
  it("name a day, with the year where it is not this one", () => {
    expect(longDay("de", at(3, 9), today)).toBe("Montag, 3. August");
    expect(longDay("en", new Date(2025, 7, 3).getTime(), today)).toMatch(
      /^Sunday,? 3 August 2025$/,
    );
  });

  it("say how long to wait, never too short", () => {
    expect(waitingTime("de", 1200)).toBe("2 Sekunden");
    expect(waitingTime("en", 61_000)).toBe("2 minutes");
  });

  it("join names", () => {
    expect(listOf("de", ["Anna", "Bernd", "Carla"])).toBe("Anna, Bernd und Carla");
  });
});
