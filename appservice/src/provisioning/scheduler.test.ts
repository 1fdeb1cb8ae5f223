import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runTasks } from "./scheduler.ts";
import type { Outcome, Task } from "./scheduler.ts";

const task = (id: string, needs: readonly string[] = [], urgent = false): Task => ({
  id,
  needs,
  urgent,
});

const ONE = { urgent: 1, rest: 1 };

/** Runs tasks, those in `failing` in vain; tells what was started, what ended how, how many at once. */
async function run(tasks: readonly Task[], width = 3, failing: ReadonlySet<string> = new Set()) {
  const started: string[] = [];
  const outcomes: Outcome<Task>[] = [];
  let running = 0;
  let most = 0;
  await runTasks(
    tasks,
    { urgent: width, rest: width },
    {
      async carryOut({ id }) {
        started.push(id);
        running += 1;
        most = Math.max(most, running);
        await Promise.resolve();
        running -= 1;
        if (failing.has(id)) throw new Error(`${id} is poison`);
      },
    },
    (outcome) => outcomes.push(outcome),
  );
  const ended = (result: Outcome<Task>["result"]) =>
    outcomes.filter((one) => one.result === result).map((one) => one.task.id);
  return { started, outcomes, most, done: ended("done"), blocked: ended("blocked") };
}

/** Tasks that need only earlier ones: no circles. */
const anyTasks = fc
  .array(fc.record({ needs: fc.array(fc.nat(15), { maxLength: 3 }), urgent: fc.boolean() }), {
    maxLength: 15,
  })
  .map((list) =>
    list.map(({ needs, urgent }, index) =>
      task(
        `t${index}`,
        needs.filter((need) => need < index).map((need) => `t${need}`),
        urgent,
      ),
    ),
  );

describe("the scheduler", () => {
  it("ends at once where there is nothing to do", async () => {
    expect((await run([])).outcomes).toEqual([]);
  });

  it("starts each task after those it needs, wherever they stand in the list", async () => {
    const { started } = await run([task("c", ["b"]), task("b", ["a"]), task("a")]);
    expect(started).toEqual(["a", "b", "c"]);
  });

  it("takes needs that are not in the list as met", async () => {
    expect((await run([task("a", ["long ago"])])).done).toEqual(["a"]);
  });

  it("counts a need that is named twice once", async () => {
    expect((await run([task("a"), task("b", ["a", "a"])])).done).toEqual(["a", "b"]);
  });

  it("leaves the rest until nothing urgent is left, so that nobody waits for it", async () => {
    const chain = ["a", "b", "c"].map((id, index, all) => {
      const before = all[index - 1];
      return task(id, before === undefined ? [] : [before], true);
    });
    const { started } = await run([task("x"), task("y"), ...chain]);
    expect(started).toEqual(["a", "b", "c", "x", "y"]);
  });

  it("does the rest where what is urgent waits for it", async () => {
    const { done } = await run([task("x"), task("a", ["x"], true)]);
    expect(done).toEqual(["x", "a"]);
  });

  it("does fewer of the rest at once, where it is told so", async () => {
    let running = 0;
    const most = { urgent: 0, rest: 0 };
    await runTasks(
      ["a", "b", "c", "d", "e", "f"].map((id) => task(id, [], id < "d")),
      { urgent: 3, rest: 2 },
      {
        async carryOut({ urgent }) {
          running += 1;
          const kind = urgent ? "urgent" : "rest";
          most[kind] = Math.max(most[kind], running);
          await Promise.resolve();
          running -= 1;
        },
      },
      () => {},
    );
    expect(most).toEqual({ urgent: 3, rest: 2 });
  });

  it("prefers what is urgent, also among what becomes ready later", async () => {
    const { started } = await run(
      [task("slow-1"), task("slow-2"), task("first", [], true), task("second", ["first"], true)],
      1,
    );
    expect(started).toEqual(["first", "second", "slow-1", "slow-2"]);
  });

  it("one poison task holds what depends on it, near and far, and nothing else", async () => {
    const tasks = [
      task("a"),
      task("poison"),
      task("child", ["poison"]),
      task("grandchild", ["child", "a"]),
      task("b", ["a"]),
    ];
    const { done, blocked, outcomes } = await run(tasks, 2, new Set(["poison"]));
    expect(new Set(done)).toEqual(new Set(["a", "b"]));
    expect(new Set(blocked)).toEqual(new Set(["child", "grandchild"]));
    expect(outcomes.find(({ result }) => result === "failed")).toMatchObject({
      task: { id: "poison" },
      problem: "poison is poison",
    });
  });

  it("ends tasks that wait for each other as blocked, and does the others", async () => {
    const { done, blocked } = await run([
      task("a", ["b"]),
      task("b", ["a"]),
      task("self", ["self"]),
      task("c"),
    ]);
    expect(done).toEqual(["c"]);
    expect(new Set(blocked)).toEqual(new Set(["a", "b", "self"]));
  });

  it("survives a long chain whose first link breaks", async () => {
    const chain = Array.from({ length: 20_000 }, (_, nth) =>
      task(`t${nth}`, nth === 0 ? [] : [`t${nth - 1}`]),
    );
    expect((await run(chain, 3, new Set(["t0"]))).blocked).toHaveLength(19_999);
  });

  it("takes a task that throws at once, without a promise, as failed", async () => {
    const outcomes: string[] = [];
    await runTasks(
      [task("rude"), task("next")],
      ONE,
      {
        carryOut({ id }) {
          if (id === "rude") throw new Error("at once");
          return Promise.resolve();
        },
      },
      ({ task: { id }, result }) => outcomes.push(`${id} ${result}`),
    );
    expect(outcomes).toEqual(["rude failed", "next done"]);
  });

  it("tells whoever waits for the end when the listener breaks, rather than hang", async () => {
    const broken = runTasks([task("a")], ONE, { carryOut: () => Promise.resolve() }, () => {
      throw new Error("the listener broke");
    });
    await expect(broken).rejects.toThrow("the listener broke");
  });

  it("carries out together what goes together, as far as it is ready, and tells each one's end", async () => {
    const calls: (readonly string[])[] = [];
    const outcomes: string[] = [];
    const call = async (tasks: readonly Task[]) => {
      calls.push(tasks.map(({ id }) => id));
      await Promise.resolve();
    };
    await runTasks(
      [task("a1"), task("b"), task("a2"), task("a3", ["b"]), task("a4")],
      ONE,
      {
        carryOut: (one) => call([one]),
        togetherBy: ({ id }) => (id.startsWith("a") ? "a" : undefined),
        async carryOutTogether(tasks) {
          await call(tasks);
          return tasks.map(({ id }) => (id === "a2" ? new Error("no") : undefined));
        },
      },
      ({ task: { id }, result }) => outcomes.push(`${id} ${result}`),
    );
    expect(calls).toEqual([["a1", "a2", "a4"], ["b"], ["a3"]]);
    expect(outcomes).toEqual(["a1 done", "a2 failed", "a4 done", "b done", "a3 done"]);
  });

  it("starts nothing more once it is told to stop, and tells what was left", async () => {
    const stop = new AbortController();
    const outcomes: string[] = [];
    await runTasks(
      [task("a"), task("b"), task("c", ["b"])],
      ONE,
      { carryOut: async () => stop.abort() },
      ({ task: { id }, result }) => outcomes.push(`${id} ${result}`),
      stop.signal,
    );
    expect(outcomes).toEqual(["a done", "b left", "c left"]);
  });

  it("whatever the tasks: each ends once, never more at once than the width, none before its needs", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyTasks,
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.nat(15), { maxLength: 3 }),
        async (tasks, width, poison) => {
          const failing = new Set(poison.map((nth) => `t${nth}`));
          const { outcomes, most, started, done } = await run(tasks, width, failing);
          const finished = new Set(done);
          return (
            outcomes.length === tasks.length &&
            new Set(outcomes.map(({ task: { id } }) => id)).size === tasks.length &&
            most <= width &&
            tasks.every(
              ({ id, needs }) => !started.includes(id) || needs.every((need) => finished.has(need)),
            ) &&
            tasks.every(
              ({ id, needs }) =>
                finished.has(id) || failing.has(id) || needs.some((need) => !finished.has(need)),
            )
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});
