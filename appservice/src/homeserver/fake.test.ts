import { describe, expect, it } from "vitest";
import { homeserverContract } from "./contract.ts";
import { FakeHomeserver } from "./fake.ts";

homeserverContract("in memory", async () => {
  const homeserver = new FakeHomeserver();
  let accounts = 0;
  return {
    homeserver,
    newLocalpart: () => `u${(accounts += 1)}`,
    // The fake counts for all rooms together; nothing else happens while a test looks.
    eventsIn: async () => homeserver.events,
    async download(address) {
      const file = homeserver.files.get(address);
      if (file === undefined) throw new Error(`there is no ${address}`);
      return file;
    },
    async stop() {},
  };
});

describe("the fake's faults", () => {
  const account = { displayName: "Anna", mail: "anna@stadt.example" };

  it("come before a call takes effect, or after it", async () => {
    const homeserver = new FakeHomeserver();
    homeserver.failBefore = () => new Error("before");
    await expect(homeserver.putAccount("@a:fake.example", account)).rejects.toThrow("before");
    expect(homeserver.accounts.size).toBe(0);
    homeserver.failBefore = undefined;
    homeserver.failAfter = () => new Error("after");
    await expect(homeserver.putAccount("@a:fake.example", account)).rejects.toThrow("after");
    expect(homeserver.accounts.size).toBe(1);
  });
});
