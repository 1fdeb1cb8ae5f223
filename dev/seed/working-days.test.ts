import { expect, test } from "vitest";
import { workingMoment } from "./working-days.ts";

test("on a Tuesday the last working day is Monday, and the one before it Friday", () => {
  const tuesday = new Date(2026, 10, 24, 3, 30);
  expect(workingMoment(tuesday, 0, "09:05")).toEqual(new Date(2026, 10, 23, 9, 5));
  expect(workingMoment(tuesday, 1, "16:30")).toEqual(new Date(2026, 10, 20, 16, 30));
});

test("on a Sunday the last working days are Friday and Thursday", () => {
  const sunday = new Date(2026, 10, 22, 12, 0);
  expect(workingMoment(sunday, 0, "08:00")).toEqual(new Date(2026, 10, 20, 8, 0));
  expect(workingMoment(sunday, 1, "08:00")).toEqual(new Date(2026, 10, 19, 8, 0));
});
