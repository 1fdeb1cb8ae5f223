import type { SignInReason } from "../ports/ports.ts";

/** What an address of the client means. */
export type Route =
  | { readonly screen: "start" }
  | { readonly screen: "sign-in" }
  | { readonly screen: "rooms"; readonly account: string }
  | { readonly screen: "room"; readonly account: string; readonly roomId: string }
  | { readonly screen: "settings"; readonly account: string }
  | { readonly screen: "not-found" };

/** Reads the path of an address. */
export function routeOf(path: string): Route {
  const [first, account, third, fourth, ...more] = path.split("/").slice(1).map(decoded);
  if (more.length > 0) return { screen: "not-found" };
  if (first === "" && account === undefined) return { screen: "start" };
  if (first === "sign-in" && account === undefined) return { screen: "sign-in" };
  if (first !== "a" || account === undefined || account === "") return { screen: "not-found" };
  if (third === undefined) return { screen: "rooms", account };
  if (third === "settings" && fourth === undefined) return { screen: "settings", account };
  if (third === "room" && fourth !== undefined && fourth !== "") {
    return { screen: "room", account, roomId: fourth };
  }
  return { screen: "not-found" };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The addresses of the screens. */
export const hrefs = {
  start: "/",
  signIn: (reason: SignInReason) => (reason === "first" ? "/sign-in" : `/sign-in?reason=${reason}`),
  rooms: (account: string) => `/a/${encodeURIComponent(account)}`,
  room: (account: string, roomId: string) =>
    `/a/${encodeURIComponent(account)}/room/${encodeURIComponent(roomId)}`,
  settings: (account: string) => `/a/${encodeURIComponent(account)}/settings`,
} as const;

/** Why somebody came to the sign-in form, from the address's search part. */
export function reasonOf(search: string): SignInReason {
  const reason = new URLSearchParams(search).get("reason");
  return reason === "signed-out" || reason === "session-ended" || reason === "another-account"
    ? reason
    : "first";
}
