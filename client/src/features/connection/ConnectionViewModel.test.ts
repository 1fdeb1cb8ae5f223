import { describe, expect, it } from "vitest";
import type { ConnectionState } from "../../matrix/door.ts";
import { FakeClock } from "../../ports/fake-clock.ts";
import { ConnectionViewModel } from "./ConnectionViewModel.ts";

function set() {
  const clock = new FakeClock(0);
  const visited: string[] = [];
  const listeners: ((state: ConnectionState) => void)[] = [];
  const viewModel = new ConnectionViewModel({
    engine: {
      watchConnection(listener) {
        listeners.push(listener);
        return () => {};
      },
    },
    clock,
    navigation: { toSignIn: (reason) => visited.push(reason) },
  });
  const become = (state: ConnectionState) => {
    for (const listener of listeners) listener(state);
  };
  return { become, clock, viewModel, visited };
}

describe("the connection", () => {
  it("is mentioned when it has been gone for a while, until it is back", () => {
    const { become, clock, viewModel } = set();
    become("starting");
    become("offline");
    expect(viewModel.getSnapshot().offlineShown).toBe(false);
    clock.pass(1500);
    expect(viewModel.getSnapshot().offlineShown).toBe(true);
    become("online");
    expect(viewModel.getSnapshot().offlineShown).toBe(false);
  });

  it("is not mentioned for a short break", () => {
    const { become, clock, viewModel } = set();
    become("offline");
    clock.pass(1000);
    become("online");
    clock.pass(5000);
    expect(viewModel.getSnapshot().offlineShown).toBe(false);
  });

  it("leads to the sign-in form when the session has ended", () => {
    const { become, visited } = set();
    become("online");
    expect(visited).toEqual([]);
    become("signed-out");
    expect(visited).toEqual(["session-ended"]);
  });
});
