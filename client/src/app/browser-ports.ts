import { navigate } from "wouter/use-browser-location";
import type { Attention, Clock, Navigation } from "../ports/ports.ts";
import { hrefs } from "./routes.ts";

/** Longer waits than a timer can count (24.8 days) do not occur. */
export const browserClock: Clock = {
  now: () => Date.now(),
  startOfDay(at) {
    const date = new Date(at);
    date.setHours(0, 0, 0, 0);
    return date.getTime();
  },
  after(milliseconds, act) {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  },
};

export const browserAttention: Attention = {
  isLooking: () => document.visibilityState === "visible" && document.hasFocus(),
  watch(listener) {
    document.addEventListener("visibilitychange", listener);
    window.addEventListener("focus", listener);
    window.addEventListener("blur", listener);
    return () => {
      document.removeEventListener("visibilitychange", listener);
      window.removeEventListener("focus", listener);
      window.removeEventListener("blur", listener);
    };
  },
};

export const browserNavigation: Navigation = {
  toStart: () => navigate(hrefs.start),
  toAccount: (account) => navigate(hrefs.rooms(account), { replace: true }),
  toRoom: (account, roomId) => navigate(hrefs.room(account, roomId)),
  toSignIn: (reason) => navigate(hrefs.signIn(reason), { replace: reason !== "another-account" }),
};
