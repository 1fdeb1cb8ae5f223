import { describe, expect, it } from "vitest";
import { fakeText } from "../../../matrix/fake.ts";
import { FakeClock } from "../../../ports/fake-clock.ts";
import { AnnouncementsViewModel } from "./AnnouncementsViewModel.ts";

function set() {
  const clock = new FakeClock(0);
  const viewModel = new AnnouncementsViewModel(clock);
  const heard = () =>
    viewModel
      .getSnapshot()
      .map((one) => (one.kind === "digest" ? one.count : `${one.senderName}: ${one.text}`));
  const arrive = (key: string, mine = false) =>
    viewModel.arrived([fakeText({ key, text: key, senderName: "Nina", mine })]);
  return { arrive, clock, heard };
}

describe("announcements", () => {
  it("speak each message, its sender first, and not one's own", () => {
    const { arrive, heard } = set();
    arrive("a");
    arrive("b", true);
    expect(heard()).toEqual(["Nina: a"]);
  });

  it("gather what comes thick and fast into one number", () => {
    const { arrive, clock, heard } = set();
    for (const key of ["a", "b", "c", "d", "e"]) arrive(key);
    expect(heard()).toEqual(["Nina: a", "Nina: b", "Nina: c"]);
    clock.pass(5000);
    expect(heard()).toEqual(["Nina: a", "Nina: b", "Nina: c", 2]);
    arrive("f");
    expect(heard().at(-1)).toBe("Nina: f");
  });
});
