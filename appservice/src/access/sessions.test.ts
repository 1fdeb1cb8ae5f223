import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { employees } from "../testing/employees.ts";
import { scratchStore } from "../testing/scratch-store.ts";
import type { ScratchStore } from "../testing/scratch-store.ts";
import { SESSION_MS, SessionRefused } from "./sessions.ts";
import type { PersonSessions } from "./sessions.ts";

let store: ScratchStore;
let sessions: PersonSessions;
let now: number;
beforeAll(async () => {
  store = await scratchStore();
});
afterAll(() => store.stop());
beforeEach(async () => {
  await store.wipe();
  now = 0;
  const openIdTokens = new Map([
    ["annas", "@a1:t"],
    ["bens", "@b1:t"],
    ["strangers", "@stranger:t"],
  ]);
  ({ sessions } = employees(store.db, { openIdTokens, now: () => new Date(now) }));
  await store.db
    .insertInto("account")
    .values(
      ["anna @a1:t", "ben @b1:t"].map((one) => {
        const [source_id = "", user_id = ""] = one.split(" ");
        return { source_id, user_id, applied: "{}", locked_at: null };
      }),
    )
    .execute();
});

const anna = { kind: "person", sourceId: "anna", userId: "@a1:t", roles: [] };
const reasonOf = async (open: Promise<unknown>) =>
  open.then(
    () => "opened",
    (error: unknown) => (error instanceof SessionRefused ? error.reason : String(error)),
  );

describe("a person's session", () => {
  it("is given for an OpenID token of our own homeserver, and says who it is", async () => {
    const { expiresAt, token } = await sessions.open("annas", "t");
    expect(expiresAt.getTime()).toBe(SESSION_MS);
    expect(await sessions.callerOf(token)).toEqual(anna);
  });

  it("is refused for another server's token, an unknown one, and for strangers", async () => {
    expect(await reasonOf(sessions.open("annas", "evil.example"))).toBe("not-ours");
    expect(await reasonOf(sessions.open("nobodys", "t"))).toBe("not-ours");
    expect(await reasonOf(sessions.open("strangers", "t"))).toBe("no-access");
  });

  it("is refused to who is locked, and ends with the lock", async () => {
    const { token } = await sessions.open("annas", "t");
    await store.db
      .updateTable("account")
      .set({ locked_at: new Date(0) })
      .execute();
    expect(await reasonOf(sessions.open("annas", "t"))).toBe("no-access");
    expect(await sessions.callerOf(token)).toBeUndefined();
  });

  it("is refused before the account was made", async () => {
    await store.db.updateTable("account").set({ applied: null }).execute();
    expect(await reasonOf(sessions.open("annas", "t"))).toBe("no-access");
  });

  it("ends after half an hour", async () => {
    const { token } = await sessions.open("annas", "t");
    now = SESSION_MS - 1;
    expect(await sessions.callerOf(token)).toEqual(anna);
    now = SESSION_MS;
    expect(await sessions.callerOf(token)).toBeUndefined();
  });

  it("does not pass to the next who gets the same key in the source", async () => {
    const { token } = await sessions.open("annas", "t");
    await store.db.deleteFrom("account").where("source_id", "=", "anna").execute();
    await store.db
      .insertInto("account")
      .values({ source_id: "anna", user_id: "@a2:t", applied: "{}", locked_at: null })
      .execute();
    expect(await sessions.callerOf(token)).toBeUndefined();
  });

  it("is stored as a hash alone, and what is over goes", async () => {
    const { token } = await sessions.open("annas", "t");
    const rows = await store.db.selectFrom("person_session").selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(token.slice(8));
    now = SESSION_MS;
    await sessions.open("bens", "t");
    expect(await store.db.selectFrom("person_session").selectAll().execute()).toHaveLength(1);
  });

  it("is one of a few: the oldest go", async () => {
    const first = await sessions.open("annas", "t");
    let last = first;
    for (now = 1; now <= 20; now += 1) last = await sessions.open("annas", "t");
    expect(await sessions.callerOf(first.token)).toBeUndefined();
    expect(await sessions.callerOf(last.token)).toEqual(anna);
    expect(await store.db.selectFrom("person_session").selectAll().execute()).toHaveLength(20);
  });

  it("ends on every device when the person says so, and nobody else's with it", async () => {
    const opened = [await sessions.open("annas", "t"), await sessions.open("annas", "t")];
    const ben = await sessions.open("bens", "t");
    const caller = await sessions.callerOf(opened[0]?.token ?? "");
    if (caller === undefined) throw new Error("Anna has no session.");
    await sessions.end(caller);
    for (const { token } of opened) expect(await sessions.callerOf(token)).toBeUndefined();
    expect(await sessions.callerOf(ben.token)).toBeDefined();
  });
});
