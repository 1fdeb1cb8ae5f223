import { describe, expect, it } from "vitest";
import { createFakeMatrix } from "../matrix/fake.ts";
import { FakeClock } from "../ports/fake-clock.ts";
import { Sessions } from "./sessions.ts";

const nowhere = () => {};

function set() {
  const matrix = createFakeMatrix({
    accounts: [
      {
        displayName: "Ute Hübner",
        mail: "ute@stadt.example",
        password: "geheim",
        signedIn: true,
        rooms: [{ id: "!a", name: "37 Feuerwehr" }],
      },
    ],
  });
  const sessions = new Sessions({
    matrix,
    clock: new FakeClock(0),
    navigation: { toStart: nowhere, toAccount: nowhere, toRoom: nowhere, toSignIn: nowhere },
  });
  return { matrix, sessions };
}

describe("the open accounts", () => {
  it("are opened once each, and know their rooms", async () => {
    const { sessions } = set();
    const [first, second] = await Promise.all([
      sessions.open("account1"),
      sessions.open("account1"),
    ]);
    expect(first?.roomList.getSnapshot().rows).toHaveLength(1);
    expect(second).toBe(first);
  });

  it("end when they are signed out, and begin anew", async () => {
    const { matrix, sessions } = set();
    const first = await sessions.open("account1");
    await matrix.signOut("account1");
    await Promise.resolve();
    expect(first?.roomList.disposed).toBe(true);
    expect(await sessions.open("account1")).toBeUndefined();

    await matrix.signIn({ mail: "ute@stadt.example", password: "geheim", deviceName: "x" });
    const again = await sessions.open("account1");
    expect(again).toBeDefined();
    expect(again).not.toBe(first);
  });
});
