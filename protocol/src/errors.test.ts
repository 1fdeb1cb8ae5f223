import { describe, expect, it } from "vitest";
import { ERRORS } from "./index.ts";

describe("the error codes", () => {
  it.each(Object.entries(ERRORS))("%s: a status of an error, and a sentence", (_, error) => {
    expect(error.status).toBeGreaterThanOrEqual(400);
    expect(error.status).toBeLessThan(600);
    expect(error.title).toMatch(/^[A-Z].*\.$/);
  });

  it("promise help from a second try only where the fault may pass", () => {
    const later = Object.values(ERRORS).filter(({ retry }) => retry === "later");
    expect(new Set(later.map(({ status }) => status))).toEqual(new Set([429, 500, 503]));
  });
});
