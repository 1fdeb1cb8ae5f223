import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DatabaseAuditLog } from "../audit/index.ts";
import { scratchStore } from "../testing/scratch-store.ts";
import type { ScratchStore } from "../testing/scratch-store.ts";
import { AccessTokens, LONGEST_TOKEN_MS, TokenRefused } from "./index.ts";

const MACHINE = { kind: "system", id: "machine" } as const;
const DAY = 86_400_000;

let store: ScratchStore;
let now: Date;
let tokens: AccessTokens;
beforeAll(async () => {
  store = await scratchStore();
});
afterAll(() => store.stop());
beforeEach(async () => {
  await store.wipe();
  now = new Date("2026-03-01T10:20:30.456Z");
  tokens = new AccessTokens({
    db: store.db,
    audit: new DatabaseAuditLog({ db: store.db, now: () => now }),
    now: () => now,
  });
});

const later = (ms: number) => new Date(now.getTime() + ms);
const make = (name = "nightly", ms = DAY) =>
  tokens.create({ name, scopes: ["plan", "read"], expiresAt: later(ms) }, MACHINE);

describe("an access token", () => {
  it("stands for its scopes, in their order", async () => {
    const { record, token } = await make();
    expect(token).toMatch(/^klaaf_[\w-]{43}$/);
    expect(await tokens.callerOf(token)).toEqual({
      kind: "token",
      id: record.id,
      scopes: ["read", "plan"],
    });
  });

  it("is kept nowhere: neither whole nor in part", async () => {
    const { token } = await make();
    const rows = [
      await store.db.selectFrom("access_token").selectAll().execute(),
      await store.db.selectFrom("audit_entry").selectAll().execute(),
    ];
    expect(JSON.stringify(rows)).not.toContain(token.slice(6, 20));
  });

  it("differs from every other in 256 bits", async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => make()));
    expect(new Set(made.map(({ token }) => token)).size).toBe(20);
  });

  it.each([
    ["with another last letter", (token: string) => token.slice(0, -1)],
    ["with one more letter", (token: string) => `${token}A`],
    ["in other case", (token: string) => token.toUpperCase()],
    ["without its beginning", (token: string) => token.slice(6)],
    ["as its own hash", () => "0".repeat(64)],
  ])("is nobody's %s", async (_, change) => {
    const { token } = await make();
    expect(await tokens.callerOf(change(token))).toBeUndefined();
  });

  it("ends at its time, to the millisecond", async () => {
    const { token } = await make("short", 1000);
    now = later(999);
    expect(await tokens.callerOf(token)).toBeDefined();
    now = later(1);
    expect(await tokens.callerOf(token)).toBeUndefined();
  });

  it.each([0, -1, LONGEST_TOKEN_MS + 1])("cannot be made to end in %d ms", async (ms) => {
    await expect(make("x", ms)).rejects.toThrow(TokenRefused);
    expect(await tokens.list(10)).toEqual([]);
  });

  it("is refused from the moment it is revoked, and its record stays", async () => {
    const { record, token } = await make();
    const other = await make("other");
    const revoked = await tokens.revoke(record.id, { kind: "person", id: "p-head" });
    expect(revoked).toMatchObject({ id: record.id, revokedAt: now });
    expect(await tokens.callerOf(token)).toBeUndefined();
    expect(await tokens.callerOf(other.token)).toBeDefined();
    expect(await tokens.list(10)).toHaveLength(2);
  });

  it("is revoked once: again changes nothing, and writes nothing down", async () => {
    const { record } = await make();
    const first = await tokens.revoke(record.id, MACHINE);
    now = later(DAY);
    expect(await tokens.revoke(record.id, MACHINE)).toEqual(first);
    const actions = await store.db.selectFrom("audit_entry").select("action").execute();
    expect(actions.map(({ action }) => action)).toEqual(["token.created", "token.revoked"]);
  });

  it("that nobody made cannot be revoked", async () => {
    expect(await tokens.revoke("0000000000000000", MACHINE)).toBeUndefined();
    expect(await store.db.selectFrom("audit_entry").selectAll().execute()).toEqual([]);
  });

  it("tells to the hour when it was last used", async () => {
    const { record, token } = await make();
    expect(record.lastUsedAt).toBeUndefined();
    await tokens.callerOf(token);
    expect((await tokens.get(record.id))?.lastUsedAt).toEqual(new Date("2026-03-01T10:00:00Z"));
    now = later(3_600_000);
    await tokens.callerOf(token);
    expect((await tokens.get(record.id))?.lastUsedAt).toEqual(new Date("2026-03-01T11:00:00Z"));
  });
});

it("tokens are listed the newest first, page by page, each once", async () => {
  for (const name of ["a", "b", "c", "d", "e"]) {
    await make(name);
    // Two at one moment each: a page may end between them.
    if (name === "b" || name === "d") now = later(1000);
  }
  const seen: string[] = [];
  let after;
  for (;;) {
    const page = await tokens.list(2, after);
    seen.push(...page.map(({ name }) => name));
    after = page.at(-1);
    if (after === undefined) break;
  }
  expect(seen.toSorted()).toEqual(["a", "b", "c", "d", "e"]);
  expect(seen[0]).toBe("e");
  expect(new Set(seen.slice(3))).toEqual(new Set(["a", "b"]));
});
