import { describe, expect, it } from "vitest";
import { failureOf, readAnswer, signInFailureOf } from "./failure.ts";

const answer = (status: number, errcode?: string, header: string | null = null) =>
  readAnswer(status, errcode === undefined ? "<html>" : { errcode, error: "…" }, header);

describe("what an answer of the homeserver means", () => {
  it.each([
    [403, "M_FORBIDDEN", "wrong-password", "never"],
    [401, "M_USER_LOCKED", "account-locked", "later"],
    [403, "M_USER_DEACTIVATED", "account-locked", "never"],
    [429, "M_LIMIT_EXCEEDED", "too-many-attempts", "later"],
    [400, "M_INVALID_PARAM", "unknown", "never"],
    [500, "M_UNKNOWN", "unknown", "later"],
  ])("at sign-in %i %s is %s", (status, errcode, code, retry) => {
    expect(signInFailureOf(answer(status, errcode))).toMatchObject({ code, retry });
  });

  it.each([
    [401, "M_UNKNOWN_TOKEN", "signed-out"],
    [403, "M_FORBIDDEN", "forbidden"],
    [413, "M_TOO_LARGE", "too-large"],
  ])("elsewhere %i %s is %s", (status, errcode, code) => {
    expect(failureOf(answer(status, errcode)).code).toBe(code);
  });

  it.each([
    [0, "unreachable"],
    [502, "unreachable"],
    [413, "too-large"],
    [403, "forbidden"],
    [429, "too-many-attempts"],
  ])("a status %i without a readable body is %s", (status, code) => {
    expect(failureOf(answer(status)).code).toBe(code);
  });

  it("tells how long to wait, the header before the older field of the body", () => {
    const body = { errcode: "M_LIMIT_EXCEEDED", retry_after_ms: 1500 };
    expect(failureOf(readAnswer(429, body, null)).retryAfterMs).toBe(1500);
    expect(failureOf(readAnswer(429, body, "3")).retryAfterMs).toBe(3000);
    expect(failureOf(readAnswer(429, { ...body, retry_after_ms: "soon" }, "x"))).toEqual({
      code: "too-many-attempts",
      retry: "later",
    });
  });

  it("does not take a name of Object's own for an error code", () => {
    expect(failureOf(answer(400, "constructor")).code).toBe("unknown");
    expect(failureOf(readAnswer(400, ["M_FORBIDDEN"], null)).code).toBe("unknown");
  });
});
