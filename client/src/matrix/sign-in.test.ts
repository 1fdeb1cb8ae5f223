import { describe, expect, it } from "vitest";
import { endSession, signIn } from "./sign-in.ts";

const input = { mail: " erika@stadt.example ", password: "geheim", deviceName: "Firefox" };

/** A homeserver with one account that answers by path, and remembers what it was asked. */
function homeserver(login: () => Response) {
  const asked: { path: string; body: unknown; token: string | null }[] = [];
  const fetch: typeof globalThis.fetch = async (address, init) => {
    const request = new Request(address, init);
    const path = new URL(request.url).pathname;
    const text = await request.text();
    asked.push({
      path,
      body: text === "" ? undefined : JSON.parse(text),
      token: request.headers.get("authorization"),
    });
    if (path.endsWith("/login")) return login();
    if (path.endsWith("/displayname")) return Response.json({ displayname: "Erika Muster" });
    return Response.json({});
  };
  return { asked, ports: { homeserverUrl: "http://server.example", fetch } };
}

const granted = () =>
  Response.json({ user_id: "@x1:stadt.example", device_id: "D", access_token: "syt_secret" });

describe("signing in", () => {
  it("sends mail and password, and gives the session with the person's name", async () => {
    const { asked, ports } = homeserver(granted);
    expect(await signIn(ports, input)).toEqual({
      ok: true,
      value: {
        homeserverUrl: "http://server.example",
        userId: "@x1:stadt.example",
        deviceId: "D",
        accessToken: "syt_secret",
        displayName: "Erika Muster",
      },
    });
    expect(asked[0]).toEqual({
      path: "/_matrix/client/v3/login",
      token: null,
      body: {
        type: "m.login.password",
        identifier: { type: "m.id.thirdparty", medium: "email", address: "erika@stadt.example" },
        password: "geheim",
        initial_device_display_name: "Firefox",
      },
    });
  });

  it("says that the password is wrong", async () => {
    const { ports } = homeserver(() =>
      Response.json({ errcode: "M_FORBIDDEN", error: "Invalid" }, { status: 403 }),
    );
    expect(await signIn(ports, input)).toEqual({
      ok: false,
      failure: { code: "wrong-password", retry: "never" },
    });
  });

  it("says how long to wait after too many attempts", async () => {
    const { ports } = homeserver(() =>
      Response.json({ errcode: "M_LIMIT_EXCEEDED", retry_after_ms: 2500 }, { status: 429 }),
    );
    expect(await signIn(ports, input)).toEqual({
      ok: false,
      failure: { code: "too-many-attempts", retry: "later", retryAfterMs: 2500 },
    });
  });

  it("says that the server is not reachable", async () => {
    const { ports } = homeserver(() => {
      throw new TypeError("fetch failed");
    });
    expect(await signIn(ports, input)).toEqual({
      ok: false,
      failure: { code: "unreachable", retry: "later" },
    });
  });

  it("does not take an answer without a token for a success", async () => {
    const { ports } = homeserver(() => Response.json({ user_id: 5 }));
    expect((await signIn(ports, input)).ok).toBe(false);
  });
});

it("ends a session on the server with its token", async () => {
  const { asked, ports } = homeserver(granted);
  await endSession(ports, "syt_secret");
  expect(asked).toEqual([
    { path: "/_matrix/client/v3/logout", body: {}, token: "Bearer syt_secret" },
  ]);
});
