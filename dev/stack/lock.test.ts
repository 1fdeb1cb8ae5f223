import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { alone } from "./lock.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lock-"));
  file = path.join(folder, "lock");
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("work that only one may do at a time", () => {
  it("waits until the other is done", async () => {
    const order: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const first = alone(file, async () => {
      order.push("first begins");
      await promise;
      order.push("first ends");
    });
    const second = alone(file, async () => {
      order.push("second");
    });
    resolve();
    await Promise.all([first, second]);
    expect(order).toEqual(["first begins", "first ends", "second"]);
  });

  it("goes on after one that was killed", async () => {
    writeFileSync(file, "999999999");
    expect(await alone(file, async () => "done")).toBe("done");
  });

  it("lets go also when the work fails", async () => {
    await expect(alone(file, () => Promise.reject(new Error("no disk")))).rejects.toThrow(
      "no disk",
    );
    expect(existsSync(file)).toBe(false);
  });
});
