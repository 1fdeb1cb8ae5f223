import { beforeEach, describe, expect, it } from "vitest";
import type { Failure, Result } from "../door.ts";
import { Outbox, PATIENCE_MS } from "./outbox.ts";

const unreachable: Failure = { code: "unreachable", retry: "later" };
const forbidden: Failure = { code: "forbidden", retry: "never" };

/** A server that answers what the test says, and a clock that the test moves. */
class World {
  now = 0;
  answer: Failure | undefined;
  readonly sent: string[] = [];
  readonly paused: { at: number; run: () => void }[] = [];
  readonly outbox = new Outbox({
    send: async (_, key): Promise<Result<string>> => {
      this.sent.push(key);
      return this.answer === undefined
        ? { ok: true, value: `$${key}` }
        : { ok: false, failure: this.answer };
    },
    now: () => this.now,
    later: (milliseconds, run) => {
      const entry = { at: this.now + milliseconds, run };
      this.paused.push(entry);
      return () => this.paused.splice(this.paused.indexOf(entry), 1);
    },
    changed: () => {},
  });

  states(): readonly string[] {
    return this.outbox.echoes("!a").map((echo) => `${echo.key}:${echo.state.kind}`);
  }

  /** Lets all promises that can go on go on. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  }

  async pass(milliseconds: number): Promise<void> {
    this.now += milliseconds;
    for (const entry of this.paused.splice(0)) {
      if (entry.at <= this.now) entry.run();
      else this.paused.push(entry);
    }
    await this.settled();
  }
}

describe("the outbox", () => {
  let world: World;
  beforeEach(() => (world = new World()));

  it("sends in order, each message once, and keeps it until its event was seen", async () => {
    world.outbox.add("!a", "one", "eins");
    world.outbox.add("!a", "two", "zwei");
    world.outbox.add("!a", "one", "eins");
    expect(world.states()).toEqual(["one:waiting", "two:waiting"]);
    await world.settled();
    expect(world.sent).toEqual(["one", "two"]);
    expect(world.states()).toEqual(["one:sent", "two:sent"]);
    world.outbox.arrived("!a", (echo) => echo.eventId === "$one");
    expect(world.states()).toEqual(["two:sent"]);
  });

  it("tries again while the server cannot be reached, at once when it can", async () => {
    world.answer = unreachable;
    world.outbox.add("!a", "one", "eins");
    await world.settled();
    await world.pass(1000);
    expect(world.sent).toEqual(["one", "one"]);
    expect(world.states()).toEqual(["one:waiting"]);
    world.answer = undefined;
    world.outbox.wake();
    await world.settled();
    expect(world.states()).toEqual(["one:sent"]);
    expect(world.paused).toEqual([]);
  });

  it("gives up after a while, for all that wait in the room", async () => {
    world.answer = unreachable;
    world.outbox.add("!a", "one", "eins");
    world.outbox.add("!a", "two", "zwei");
    await world.settled();
    await world.pass(PATIENCE_MS);
    expect(world.states()).toEqual(["one:failed", "two:failed"]);
    expect(new Set(world.sent)).toEqual(new Set(["one"]));
  });

  it("does not try again what the server refused, and goes on with the next", async () => {
    world.answer = forbidden;
    world.outbox.add("!a", "one", "eins");
    await world.settled();
    world.answer = undefined;
    world.outbox.add("!a", "two", "zwei");
    await world.settled();
    expect(world.states()).toEqual(["one:failed", "two:sent"]);
    expect(world.outbox.echoes("!a")[0]?.state).toEqual({ kind: "failed", failure: forbidden });
  });

  it("waits as long as the server says", async () => {
    world.answer = { code: "too-many-attempts", retry: "later", retryAfterMs: 5000 };
    world.outbox.add("!a", "one", "eins");
    await world.settled();
    await world.pass(4000);
    expect(world.sent).toHaveLength(1);
    world.answer = undefined;
    await world.pass(1000);
    expect(world.states()).toEqual(["one:sent"]);
  });

  it("sends a failed message again under its key, or forgets it", async () => {
    world.answer = forbidden;
    world.outbox.add("!a", "one", "eins");
    world.outbox.add("!a", "two", "zwei");
    await world.settled();
    world.answer = undefined;
    expect(world.outbox.resend("!a", "one")).toBe(true);
    expect(world.outbox.discard("!a", "two")).toBe(true);
    expect(world.outbox.discard("!a", "one")).toBe(false);
    expect(world.outbox.resend("!b", "one")).toBe(false);
    await world.settled();
    expect(world.states()).toEqual(["one:sent"]);
    expect(world.sent).toEqual(["one", "two", "one"]);
  });

  it("forgets an echo whose event lies in a gap of the timeline", async () => {
    world.outbox.add("!a", "one", "eins");
    await world.settled();
    world.outbox.synced();
    world.outbox.gap("!a");
    world.outbox.synced();
    expect(world.states()).toEqual(["one:sent"]);
    world.outbox.synced();
    expect(world.states()).toEqual([]);
    expect(world.outbox.keyOf("$one")).toBe("one");
  });

  it("keeps what failed through a gap", async () => {
    world.answer = forbidden;
    world.outbox.add("!a", "one", "eins");
    await world.settled();
    world.outbox.gap("!a");
    for (let answer = 0; answer < 3; answer += 1) world.outbox.synced();
    expect(world.states()).toEqual(["one:failed"]);
  });

  it("sends nothing more after its end", async () => {
    world.answer = unreachable;
    world.outbox.add("!a", "one", "eins");
    await world.settled();
    world.outbox.stop();
    await world.settled();
    await world.pass(PATIENCE_MS);
    expect(world.sent).toHaveLength(1);
  });
});
