import { isRecord, readAnswer, signInFailureOf, UNREACHABLE } from "./failure.ts";
import type { Result, SignInInput } from "./door.ts";

/** What the homeserver gives to a device that has signed in. */
export type Session = {
  readonly homeserverUrl: string;
  readonly userId: string;
  readonly deviceId: string;
  readonly accessToken: string;
  readonly displayName: string;
};

export type SignInPorts = {
  /** The homeserver's origin, without a slash at the end. */
  readonly homeserverUrl: string;
  readonly fetch: typeof globalThis.fetch;
};

/**
 * Signs in with mail address and password, and asks how the person is called. Plain fetch: the SDK is
 * not needed for the form, and weighs more than the form.
 * Source: Matrix client-server API, POST /login with a third-party identifier.
 *
 * Errors: wrong-password, account-locked, too-many-attempts, unreachable, unknown.
 */
export async function signIn(ports: SignInPorts, input: SignInInput): Promise<Result<Session>> {
  const { homeserverUrl } = ports;
  const answer = await request(ports, "/_matrix/client/v3/login", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      type: "m.login.password",
      identifier: { type: "m.id.thirdparty", medium: "email", address: input.mail.trim() },
      password: input.password,
      initial_device_display_name: input.deviceName,
    }),
  });
  if (answer === undefined) return { ok: false, failure: UNREACHABLE };
  if (!answer.ok) {
    return {
      ok: false,
      failure: signInFailureOf(readAnswer(answer.status, answer.body, answer.retryAfter)),
    };
  }
  const fields = isRecord(answer.body) ? answer.body : {};
  const userId = fields["user_id"];
  const deviceId = fields["device_id"];
  const accessToken = fields["access_token"];
  if (
    typeof userId !== "string" ||
    typeof deviceId !== "string" ||
    typeof accessToken !== "string"
  ) {
    return { ok: false, failure: { code: "unknown", retry: "never" } };
  }
  const displayName = (await displayNameOf(ports, userId, accessToken)) ?? input.mail.trim();
  return { ok: true, value: { homeserverUrl, userId, deviceId, accessToken, displayName } };
}

/** Ends a session on the server; a server that cannot be reached or no longer knows it is not an error. */
export async function endSession(ports: SignInPorts, accessToken: string): Promise<void> {
  await request(ports, "/_matrix/client/v3/logout", {
    method: "POST",
    headers: { authorization: `Bearer ${accessToken}`, "content-type": "application/json" },
    body: "{}",
    // The page may be closed right after.
    keepalive: true,
    // The person waits for it, and everything on this device is gone already.
    signal: AbortSignal.timeout(SIGN_OUT_PATIENCE_MS),
  });
}

async function displayNameOf(
  ports: SignInPorts,
  userId: string,
  accessToken: string,
): Promise<string | undefined> {
  const answer = await request(
    ports,
    `/_matrix/client/v3/profile/${encodeURIComponent(userId)}/displayname`,
    { headers: { authorization: `Bearer ${accessToken}` } },
  );
  const name =
    answer?.ok === true && isRecord(answer.body) ? answer.body["displayname"] : undefined;
  return typeof name === "string" && name.trim() !== "" ? name : undefined;
}

type Answer = {
  readonly ok: boolean;
  readonly status: number;
  readonly body: unknown;
  readonly retryAfter: string | null;
};

const PATIENCE_MS = 30_000;
const SIGN_OUT_PATIENCE_MS = 5_000;

async function request(
  ports: SignInPorts,
  path: string,
  init: RequestInit,
): Promise<Answer | undefined> {
  try {
    const answer = await ports.fetch(`${ports.homeserverUrl}${path}`, {
      ...init,
      credentials: "omit",
      signal: init.signal ?? AbortSignal.timeout(PATIENCE_MS),
    });
    const body: unknown = await answer.json().catch(() => undefined);
    return {
      ok: answer.ok,
      status: answer.status,
      body,
      retryAfter: answer.headers.get("retry-after"),
    };
  } catch {
    return undefined;
  }
}
