import { createHash, timingSafeEqual } from "node:crypto";
import type { Caller } from "./caller.ts";

/** Tells who a bearer token stands for; undefined: nobody. */
export interface Authenticator {
  callerOf(token: string): Promise<Caller | undefined>;
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Compares two secrets in a time that tells nothing of where they differ, nor of their lengths. */
export function sameSecret(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

/** Takes the machine's own token, the appservice's: who has it may act as anybody already. */
export function machineAuthenticator(own: string): Authenticator {
  return {
    callerOf: async (token) => (sameSecret(token, own) ? { kind: "machine" } : undefined),
  };
}

/** Asks one after the other; the first that knows the token decides. */
export function anyOf(authenticators: readonly Authenticator[]): Authenticator {
  return {
    async callerOf(token) {
      for (const authenticator of authenticators) {
        const caller = await authenticator.callerOf(token);
        if (caller !== undefined) return caller;
      }
      return undefined;
    },
  };
}
