import { describe, expect, it } from "vitest";
import { hrefs, reasonOf, routeOf } from "./routes.ts";

describe("an address", () => {
  it.each([
    ["/", { screen: "start" }],
    ["/sign-in", { screen: "sign-in" }],
    ["/a/k1", { screen: "rooms", account: "k1" }],
    ["/a/k1/settings", { screen: "settings", account: "k1" }],
    ["/a/k1/room/!abc", { screen: "room", account: "k1", roomId: "!abc" }],
    ["/a", { screen: "not-found" }],
    ["/a/", { screen: "not-found" }],
    ["/a/k1/room", { screen: "not-found" }],
    ["/a/k1/room/!abc/more", { screen: "not-found" }],
    ["/a/k1/settings/more", { screen: "not-found" }],
    ["/elsewhere", { screen: "not-found" }],
    ["/a/%E0%A4%A", { screen: "rooms", account: "%E0%A4%A" }],
  ])("%s means %j", (path, route) => {
    expect(routeOf(path)).toEqual(route);
  });

  it("leads back to the room and account it was made of, whatever stands in their ids", () => {
    const account = "@x/1:stadt.example";
    const roomId = "!a b?#%/ü:stadt.example";
    expect(routeOf(hrefs.room(account, roomId))).toEqual({ screen: "room", account, roomId });
    expect(routeOf(hrefs.rooms(account))).toEqual({ screen: "rooms", account });
  });

  it("carries the reason to the sign-in form, and takes no other", () => {
    for (const reason of ["first", "signed-out", "session-ended", "another-account"] as const) {
      expect(reasonOf(new URL(hrefs.signIn(reason), "https://k.example").search)).toBe(reason);
    }
    expect(reasonOf("?reason=else")).toBe("first");
  });
});
