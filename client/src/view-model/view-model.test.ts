import { describe, expect, it } from "vitest";
import { sameData } from "./same-data.ts";
import { ViewModelBase } from "./view-model.ts";

class Counter extends ViewModelBase<{ readonly count: number }> {
  ended = 0;
  constructor() {
    super({ count: 0 });
    this.endWith(() => {
      this.ended += 1;
    });
  }
  show(count: number): void {
    this.replace({ count });
  }
}

describe("a view model", () => {
  it("tells its listeners of a new snapshot, and not of one that says the same", () => {
    const counter = new Counter();
    const seen: number[] = [];
    counter.subscribe(() => seen.push(counter.getSnapshot().count));
    const before = counter.getSnapshot();
    counter.show(0);
    expect(counter.getSnapshot()).toBe(before);
    counter.show(1);
    expect(seen).toEqual([1]);
  });

  it("is silent to those who left, and after its end", () => {
    const counter = new Counter();
    let told = 0;
    const leave = counter.subscribe(() => (told += 1));
    leave();
    counter.subscribe(() => (told += 1));
    counter.dispose();
    counter.dispose();
    counter.show(1);
    expect({ told, ended: counter.ended }).toEqual({ told: 0, ended: 1 });
  });
});

describe("the same data", () => {
  it("is told by content, however deep", () => {
    expect(sameData({ a: [1, { b: "x" }] }, { a: [1, { b: "x" }] })).toBe(true);
    expect(sameData({ a: [1, { b: "x" }] }, { a: [1, { b: "y" }] })).toBe(false);
    expect(sameData({ a: undefined }, { b: undefined })).toBe(false);
    expect(sameData([1], [1, 2])).toBe(false);
  });

  it("is told by identity where it is not plain", () => {
    expect(sameData(new Map(), new Map())).toBe(false);
  });
});
