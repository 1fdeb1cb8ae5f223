/** Where the seeds are sown. */
export type SeedServer = {
  readonly homeserverUrl: string;
  readonly appserviceUrl: string;
  /** Acts for everybody on the homeserver, and opens the appservice's API. */
  readonly actToken: string;
};

export type Json = Readonly<Record<string, unknown>>;

async function call(
  base: string,
  token: string,
  method: "GET" | "PUT" | "POST",
  path: string,
  body?: unknown,
): Promise<{ readonly status: number; readonly json: Json }> {
  const answer = await fetch(`${base}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, json: (await answer.json()) as Json };
}

function wanted(what: string, { status, json }: { status: number; json: Json }): Json {
  if (status >= 200 && status < 300) return json;
  throw new Error(`${what} was answered with ${status}: ${JSON.stringify(json)}`);
}

/** A request to the homeserver that must succeed. */
export async function onHomeserver(
  server: SeedServer,
  method: "GET" | "PUT" | "POST",
  path: string,
  body?: unknown,
): Promise<Json> {
  return wanted(path, await call(server.homeserverUrl, server.actToken, method, path, body));
}

/** A question to the appservice; undefined where it knows no such thing. */
export async function askAppservice(server: SeedServer, path: string): Promise<Json | undefined> {
  const answer = await call(server.appserviceUrl, server.actToken, "GET", `/api/v1${path}`);
  return answer.status === 404 ? undefined : wanted(path, answer);
}
