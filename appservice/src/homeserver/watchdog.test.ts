import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Reach } from "./ping.ts";
import { Watchdog } from "./watchdog.ts";

const REACHED: Reach = { kind: "reached" };
const NOT: Reach = { kind: "not reached", code: "M_CONNECTION_FAILED" };

let answer: Reach;
let pings: number;
let told: string[];
let dog: Watchdog;
beforeEach(() => {
  vi.useFakeTimers();
  answer = REACHED;
  pings = 0;
  told = [];
  dog = new Watchdog({
    async ping() {
      pings += 1;
      return answer;
    },
    onReach: (reach, isNew) => told.push(`${reach.kind}${isNew ? " (new)" : ""}`),
  });
});
afterEach(() => {
  dog.stop();
  vi.useRealTimers();
});

const passes = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);

describe("the watchdog", () => {
  it("has the homeserver ping us at the start, and when a minute was quiet", async () => {
    dog.start();
    await passes(0);
    expect(pings).toBe(1);
    await passes(59);
    expect(pings).toBe(1);
    await passes(1);
    expect(pings).toBe(2);
    expect(told).toEqual(["reached (new)", "reached"]);
  });

  it("does not ping while something is heard", async () => {
    dog.start();
    await passes(0);
    for (let minute = 0; minute < 3; minute += 1) {
      dog.heard();
      await passes(60);
    }
    expect(pings).toBe(1);
    await passes(60);
    expect(pings).toBe(2);
  });

  it("asks again soon while we are not reached, and tells when that changes", async () => {
    answer = NOT;
    dog.start();
    await passes(0.3);
    expect(pings).toBe(3);
    answer = REACHED;
    await passes(0.4);
    expect(told).toEqual(["not reached (new)", "not reached", "not reached", "reached (new)"]);
    await passes(59);
    expect(pings).toBe(4);
  });

  it("asks every two seconds while that lasts", async () => {
    answer = NOT;
    dog.start();
    await passes(1.5);
    const before = pings;
    await passes(20);
    expect(pings - before).toBe(10);
  });

  it("asks again when the homeserver was about to try by itself, until something is heard", async () => {
    answer = { kind: "busy" };
    dog.start();
    await passes(0.1);
    expect(pings).toBe(2);
    dog.heard();
    await passes(30);
    expect(pings).toBe(2);
  });

  it("does nothing more when it is stopped", async () => {
    dog.start();
    await passes(0);
    dog.stop();
    await passes(600);
    expect(pings).toBe(1);
  });
});
