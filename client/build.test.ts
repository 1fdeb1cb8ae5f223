import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compressAll, stampOf } from "./build.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), "client-build-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(file: string, content: string): void {
  mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
  writeFileSync(path.join(directory, file), content);
}

describe("the stamp of the client's sources", () => {
  beforeEach(() => {
    write("client/src/app/main.tsx", "one");
    write("protocol/src/index.ts", "two");
    write("package-lock.json", "{}");
  });

  it.each(["client/src/app/main.tsx", "protocol/src/index.ts", "package-lock.json"])(
    "changes when %s changes",
    async (file) => {
      const before = await stampOf(directory);
      expect(await stampOf(directory)).toBe(before);
      write(file, "other");
      expect(await stampOf(directory)).not.toBe(before);
    },
  );

  it("changes when a file is renamed", async () => {
    const before = await stampOf(directory);
    rmSync(path.join(directory, "client/src/app/main.tsx"));
    write("client/src/app/other.tsx", "one");
    expect(await stampOf(directory)).not.toBe(before);
  });

  it("does not heed what was built before, nor tests", async () => {
    const before = await stampOf(directory);
    write("client/dist/index.html", "built");
    write("client/dist-42/index.html", "half built");
    write("client/src/app/main.test.ts", "a test");
    expect(await stampOf(directory)).toBe(before);
  });
});

describe("precompression", () => {
  it("writes what unpacks to the same text beside large texts, and leaves small ones and pictures", async () => {
    const script = "export const answer = 42;\n".repeat(100);
    write("assets/main-1.js", script);
    write("assets/small-1.js", "1");
    write("icon.png", script);
    await compressAll(directory);
    expect(readdirSync(path.join(directory, "assets")).toSorted()).toEqual([
      "main-1.js",
      "main-1.js.br",
      "main-1.js.gz",
      "small-1.js",
    ]);
    expect(readdirSync(directory).toSorted()).toEqual(["assets", "icon.png"]);
    const read = (name: string) => readFileSync(path.join(directory, "assets", name));
    expect(brotliDecompressSync(read("main-1.js.br")).toString()).toBe(script);
    expect(gunzipSync(read("main-1.js.gz")).toString()).toBe(script);
  });
});
