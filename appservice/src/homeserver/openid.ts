import { z } from "zod";
import { HomeserverError } from "./homeserver.ts";

/** Says whose OpenID token it is. */
export interface OpenIdVerifier {
  /**
   * @returns the Matrix ID, always one of our own server; undefined: the token is nobody's (any more)
   * @throws HomeserverError if the homeserver could not be asked
   */
  userIdOf(openIdToken: string): Promise<string | undefined>;
}

const UserInfo = z.object({ sub: z.string() });
const TIMEOUT_MS = 5000;

/**
 * Asks our own homeserver, and no other whatever the caller names (server-server API, "OpenID",
 * `GET /_matrix/federation/v1/openid/userinfo`). The appservice's own token is not sent along.
 */
export function openIdVerifier(options: {
  readonly homeserverUrl: string;
  readonly serverName: string;
}): OpenIdVerifier {
  const { homeserverUrl, serverName } = options;
  return {
    async userIdOf(openIdToken) {
      const query = new URLSearchParams({ access_token: openIdToken }).toString();
      const { status, body } = await ask(
        `${homeserverUrl}/_matrix/federation/v1/openid/userinfo?${query}`,
      );
      if (status === 401) return undefined;
      const info = UserInfo.safeParse(body);
      if (status !== 200 || !info.success)
        throw notAsked(status, "The homeserver did not say whose OpenID token it is.");
      const { sub } = info.data;
      return sub.startsWith("@") && sub.slice(sub.indexOf(":") + 1) === serverName
        ? sub
        : undefined;
    },
  };
}

async function ask(address: string): Promise<{ readonly status: number; readonly body: unknown }> {
  try {
    const answer = await fetch(address, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: "error",
    });
    return { status: answer.status, body: await answer.json().catch(() => undefined) };
  } catch {
    // What fetch says could quote the address, and with it the token.
    throw notAsked(0, "The homeserver could not be asked whose OpenID token it is.");
  }
}

const notAsked = (status: number, message: string): HomeserverError =>
  new HomeserverError({ status, code: "OPENID", message, retry: "later", mayBeDone: false });
