// What deploy/appservice.Dockerfile does, without Docker: the appservice's packages alone, no install
// scripts, nothing for development.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { paths } from "../paths.ts";
import { startAppservice } from "../stack/appservice.ts";
import { lastLines } from "../stack/child.ts";
import type { Child } from "../stack/child.ts";
import { freePort } from "../stack/ports.ts";
import { TestCity } from "./test-city.ts";

let folder: string;
let city: TestCity;

/** The instructions of the image's first stage that copy and install. */
function firstStage(): { readonly copies: readonly string[]; readonly install: readonly string[] } {
  const text = readFileSync(path.join(paths.root, "deploy/appservice.Dockerfile"), "utf8");
  const [stage = ""] = text.split(/^FROM /m).slice(1);
  const lines = stage.split("\n");
  return {
    copies: lines
      .filter((line) => line.startsWith("COPY "))
      .flatMap((line) => line.split(" ").slice(1, -1)),
    install: (lines.find((line) => line.startsWith("RUN npm ")) ?? "").split(" ").slice(2),
  };
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "klaaf-install-"));
  const { copies, install } = firstStage();
  for (const file of copies) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    cpSync(path.join(paths.root, file), path.join(folder, file));
  }
  const done = spawnSync("npm", [...install, "--prefer-offline"], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, NODE_ENV: "production" },
  });
  if (done.status !== 0) throw new Error(`npm could not install: ${done.stderr}`);
  for (const part of ["protocol", "appservice"]) {
    cpSync(path.join(paths.root, part), path.join(folder, part), {
      recursive: true,
      filter: (file) => !file.includes("node_modules"),
    });
  }
  city = await TestCity.start({ appservice: false });
});
afterAll(async () => {
  await city.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("the appservice, installed as its image is", () => {
  it("brings the bridge's crypto as WebAssembly, and nothing for development or the client", () => {
    const manifest = path.join(
      folder,
      "node_modules/@matrix-org/matrix-sdk-crypto-nodejs/package.json",
    );
    expect(JSON.parse(readFileSync(manifest, "utf8"))).toMatchObject({
      name: "@matrix-org/matrix-sdk-crypto-wasm",
    });
    const absent = ["typescript", "vitest", "react", "matrix-js-sdk"];
    const found = absent.filter((name) => existsSync(path.join(folder, "node_modules", name)));
    expect(found).toEqual([]);
  });

  it("starts, reads its registrations through the bridge, and is ready with a real Synapse", async () => {
    const port = await freePort();
    let appservice: Child | undefined;
    try {
      appservice = await startAppservice({
        main: path.join(folder, "appservice/src/main.ts"),
        directory: path.join(folder, "state"),
        logFile: path.join(folder, "appservice.log"),
        port,
        serverName: city.serverName,
        homeserverUrl: city.synapse.url,
        registrations: city.synapse.registrations,
        source: city.source,
        priorityPeople: [],
      });
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
      expect(answer.status, lastLines(appservice.logFile, 20)).toBe(200);
    } finally {
      await appservice?.stop();
    }
  });
});
