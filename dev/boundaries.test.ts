import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** Who may call whom: each line breaks one rule of the house, and the linter must say so. */
const violations = [
  ["protocol/src/canary.ts", `import { a } from "node:fs"; export { a };`],
  ["protocol/src/canary.ts", `import { a } from "matrix-js-sdk"; export { a };`],
  ["appservice/src/main.ts", `import { a } from "@klaaf/client"; export { a };`],
  [
    "appservice/src/http/canary.ts",
    `import { a } from "../../../client/src/app/a.ts"; export { a };`,
  ],
  [
    "appservice/src/provisioning/canary.ts",
    `import { a } from "../organisation/parse.ts"; export { a };`,
  ],
  [
    "appservice/src/organisation/canary.ts",
    `import { a } from "../provisioning/plan.ts"; export { a };`,
  ],
  [
    "appservice/src/provisioning/canary.ts",
    `import { a } from "matrix-appservice-bridge"; export { a };`,
  ],
  ["appservice/src/organisation/canary.ts", `import { a } from "pg"; export { a };`],
  ["client/src/app/canary.ts", `import { a } from "@klaaf/appservice"; export { a };`],
  ["client/src/features/room/RoomView.tsx", `import { a } from "matrix-js-sdk"; export { a };`],
  [
    "client/src/features/room/RoomView.tsx",
    `import { a } from "../../matrix/index.ts"; export { a };`,
  ],
  ["client/src/features/room/RoomViewModel.ts", `import { a } from "react"; export { a };`],
  [
    "client/src/matrix/canary.ts",
    `import { a } from "../features/room/RoomViewModel.ts"; export { a };`,
  ],
] as const;

const allowed = [
  [
    "protocol/src/canary.ts",
    `import { a } from "zod"; import { b } from "./b.ts"; export { a, b };`,
  ],
  [
    "appservice/src/provisioning/canary.ts",
    `import { a } from "../organisation/index.ts"; export { a };`,
  ],
  [
    "appservice/src/homeserver/canary.ts",
    `import { a } from "matrix-appservice-bridge"; export { a };`,
  ],
  ["appservice/src/storage/canary.ts", `import { a } from "pg"; export { a };`],
  [
    "client/src/features/room/RoomViewModel.ts",
    `import { a } from "../../matrix/index.ts"; export { a };`,
  ],
  ["client/src/matrix/canary.ts", `import { a } from "matrix-js-sdk"; export { a };`],
] as const;

describe("the boundaries of the house", () => {
  const house = mkdtempSync(path.join(tmpdir(), "boundaries-"));
  beforeAll(() => copyFileSync(".oxlintrc.json", path.join(house, ".oxlintrc.json")));
  afterAll(() => rmSync(house, { recursive: true }));

  function lint(file: string, code: string): string {
    const target = path.join(house, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, `${code}\n`);
    const run = spawnSync(path.resolve("node_modules/.bin/oxlint"), ["--format=unix", "."], {
      cwd: house,
      encoding: "utf8",
    });
    rmSync(target);
    return run.stdout;
  }

  it.each(violations)("refuses in %s: %s", (file, code) => {
    expect(lint(file, code)).toContain("no-restricted-imports");
  });

  it.each(allowed)("allows in %s: %s", (file, code) => {
    expect(lint(file, code)).not.toContain("no-restricted-imports");
  });
});
