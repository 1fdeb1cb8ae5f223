import { createHmac, randomBytes } from "node:crypto";
import { z } from "zod";

const Answer = z.record(z.string(), z.unknown());

async function call(
  url: string,
  options: { readonly method?: string; readonly body?: unknown; readonly token?: string } = {},
): Promise<{ readonly status: number; readonly json: Readonly<Record<string, unknown>> }> {
  const { body, method = "GET", token } = options;
  const answer = await fetch(url, {
    method,
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, json: Answer.parse(await answer.json()) };
}

export type AdministratorOptions = {
  /** Synapse's main process, from inside. */
  readonly url: string;
  readonly serverName: string;
  /** The token of `klaaf-act`, whose sender is to be the administrator. */
  readonly actToken: string;
  readonly registrationSecret: string;
};

/**
 * Makes the provisioning account and raises it to server administrator. An appservice's sender cannot be
 * registered with the shared secret (Synapse refuses: exclusive), so a passing account of a random name
 * is, which raises it and is deactivated. Safe to repeat, also after a crash in between.
 *
 * @returns whether anything was left to do
 * @throws Error with Synapse's answer if a step fails
 */
export async function makeAdministrator(options: AdministratorOptions): Promise<boolean> {
  const { actToken, registrationSecret, serverName, url } = options;
  const registered = await call(`${url}/_matrix/client/v3/register`, {
    method: "POST",
    body: { type: "m.login.application_service", username: "provisioning", inhibit_login: true },
    token: actToken,
  });
  if (registered.status !== 200 && registered.json["errcode"] !== "M_USER_IN_USE") {
    throw new Error(
      `The provisioning account could not be made: ${JSON.stringify(registered.json)}`,
    );
  }
  const administrator = `${url}/_synapse/admin/v1/users/@provisioning:${serverName}/admin`;
  if ((await call(administrator, { token: actToken })).status === 200) return false;

  const register = `${url}/_synapse/admin/v1/register`;
  const nonce = String((await call(register)).json["nonce"]);
  const username = `setup-${randomBytes(8).toString("hex")}`;
  const password = randomBytes(24).toString("base64url");
  const mac = createHmac("sha1", registrationSecret)
    .update([nonce, username, password, "admin"].join("\0"))
    .digest("hex");
  const setup = await call(register, {
    method: "POST",
    body: { nonce, username, password, admin: true, mac },
  });
  const token = setup.json["access_token"];
  if (typeof token !== "string") {
    throw new Error(`The passing set-up account could not be made: ${JSON.stringify(setup.json)}`);
  }
  const raised = await call(administrator, { method: "PUT", body: { admin: true }, token });
  if (raised.status !== 200) {
    throw new Error(`The provisioning account could not be raised: ${JSON.stringify(raised.json)}`);
  }
  await call(`${url}/_synapse/admin/v1/deactivate/@${username}:${serverName}`, {
    method: "POST",
    body: { erase: true },
    token,
  });
  return true;
}
