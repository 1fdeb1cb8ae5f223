import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { OrganisationTree, OwnProfile, PeoplePage, PersonCard } from "@klaaf/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startGateway } from "../stack/gateway.ts";
import type { Gateway } from "../stack/gateway.ts";
import { freePort } from "../stack/ports.ts";
import { request, SMALL_TOWN, TestCity } from "./test-city.ts";
import type { Answer, Person } from "./test-city.ts";

const source = path.join(tmpdir(), `klaaf-door-${process.pid}.yaml`);
const whole = readFileSync(SMALL_TOWN, "utf8");
let city: TestCity;
let gateway: Gateway;
let anna: Person;
let session: string;

beforeAll(async () => {
  writeFileSync(source, whole);
  city = await TestCity.start({ source });
  await city.provisioned();
  gateway = await startGateway({
    port: await freePort(),
    client: { kind: "dev", url: "http://127.0.0.1:9" },
    homeserverUrl: city.synapse.url,
    appserviceUrl: city.appserviceUrl,
  });
  anna = await city.signIn("p-anna");
  session = await sessionOf(anna);
});
afterAll(async () => {
  await gateway.stop();
  await city.stop();
  rmSync(source, { force: true });
});

/** What a client is given by the homeserver to show elsewhere who it is. */
async function openIdToken(person: Person): Promise<Readonly<Record<string, unknown>>> {
  const answer = await person.call(
    "POST",
    `/_matrix/client/v3/user/${encodeURIComponent(person.userId)}/openid/request_token`,
    {},
  );
  expect(answer.status).toBe(200);
  return answer.json;
}
const exchange = (body: unknown): Promise<Answer> =>
  request("POST", `${gateway.url}/api/v1/session`, undefined, body);
async function sessionOf(person: Person): Promise<string> {
  const { json, status } = await exchange(await openIdToken(person));
  expect(status).toBe(201);
  return String(json["token"]);
}
/** As a browser asks: through the one address. */
const ask = (address: string, token: string | undefined = session): Promise<Answer> =>
  request("GET", `${gateway.url}/api/v1${address}`, token);
async function found(text: string): Promise<readonly string[]> {
  const { json } = await ask(`/me/people?q=${encodeURIComponent(text)}`);
  return (json as PeoplePage).people.map(({ name }) => name);
}

describe("a signed-in person at the employee's door", () => {
  it("sees their own profile, and not the directory's key", async () => {
    const { json } = await ask("/me");
    const profile = json as OwnProfile;
    expect(profile).toMatchObject({ userId: anna.userId, name: "Anna Öztürk", guest: false });
    expect(profile.functions.map(({ unit }) => unit.title)).toEqual([
      "12 Informationsverarbeitung",
      "121 IT-Betrieb",
    ]);
    expect(JSON.stringify(json)).not.toContain("p-anna");
  });

  it("finds colleagues by name, office and function, and can write to them", async () => {
    expect(await found("jaeger")).toEqual(["Rita Jäger"]);
    expect(await found("leitung 12")).toEqual(["Thomas Schmitz", "Ben Winter"]);
    expect(await found("schulleitung")).toEqual(["Katharina Becker"]);
    const rita = ((await ask("/me/people?q=jaeger")).json as PeoplePage).people[0];
    expect(rita?.userId).toBe(await city.userId("p-deputy"));
    const made = await anna.call("POST", "/_matrix/client/v3/createRoom", {
      is_direct: true,
      invite: [rita?.userId],
    });
    expect(made.status).toBe(200);
  });

  it("sees the whole tree with the spaces, also of units that are not theirs", async () => {
    const tree = (await ask("/me/organisation")).json as OrganisationTree;
    expect(tree.units.map(({ id }) => id)).toEqual([
      "stadt",
      "dez-1",
      "amt-12",
      "abt-121",
      "schule-01",
    ]);
    for (const { id, spaceId } of tree.units) expect(spaceId, id).toBe(await city.space(id));
    expect(tree.units.find(({ id }) => id === "dez-1")?.people).toEqual({ here: 1, withBelow: 5 });
  });

  it("sees a person's card by Matrix ID", async () => {
    const userId = await city.userId("p-school");
    const card = (await ask(`/me/people/${encodeURIComponent(userId)}`)).json as PersonCard;
    expect(card).toMatchObject({
      name: "Katharina Becker",
      mail: "katharina.becker@schule.example",
    });
  });

  it("knows the house's rules", async () => {
    expect((await ask("/me/policy")).json).toMatchObject({ version: 1 });
  });

  it("finds nobody through Synapse, whose directory is off", async () => {
    const answer = await anna.call("POST", "/_matrix/client/v3/user_directory/search", {
      search_term: "Schmitz",
    });
    expect(answer).toEqual({ status: 200, json: { limited: false, results: [] } });
  });

  it("does not reach what is for operators", async () => {
    for (const address of ["/people/p-anna", "/rooms", "/sources", "/progress", "/audit"])
      expect((await ask(address)).status, address).toBe(403);
  });
});

describe("nobody else", () => {
  it("comes in with another server's token, whatever it names", async () => {
    const token = await openIdToken(anna);
    for (const matrix_server_name of ["evil.example", `${city.serverName}.evil.example`, ""])
      expect((await exchange({ ...token, matrix_server_name })).status).toBeGreaterThanOrEqual(400);
    expect((await exchange({ ...token, matrix_server_name: "evil.example" })).status).toBe(401);
  });

  it("comes in with a forged token, or one that says who it is of", async () => {
    const token = await openIdToken(anna);
    const forged = { ...token, access_token: "A".repeat(32), sub: anna.userId };
    expect((await exchange(forged)).status).toBe(401);
    // Anna's own token stays Anna's, whatever is written beside it.
    const other = { ...token, sub: await city.userId("p-head") };
    const { json } = await exchange(other);
    expect((await ask("/me", String(json["token"]))).json["userId"]).toBe(anna.userId);
  });

  it("comes in with a Matrix access token, an OpenID token or nothing", async () => {
    const { access_token } = await openIdToken(anna);
    for (const token of [anna.token, String(access_token), `${session.slice(0, -1)}!`])
      expect((await ask("/me", token)).status).toBe(401);
    expect((await request("GET", `${gateway.url}/api/v1/me`, undefined)).status).toBe(401);
  });

  it("reads at the gateway whose an OpenID token is", async () => {
    const { access_token } = await openIdToken(anna);
    const address = `/_matrix/federation/v1/openid/userinfo?access_token=${String(access_token)}`;
    expect((await fetch(`${gateway.url}${address}`)).status).toBe(404);
  });

  it("comes in as somebody who is not in the organisation", async () => {
    const administrator = await city.asAppservice(
      "POST",
      `/_matrix/client/v3/user/${encodeURIComponent(`@provisioning:${city.serverName}`)}/openid/request_token`,
      { body: {} },
    );
    expect(administrator.status).toBe(200);
    expect((await exchange(administrator.json)).status).toBe(403);
  });
});

it("answers right after a restart, before the source was read", async () => {
  await city.appservice.stop();
  city.writeSource("no organisation at all");
  await city.startAppservice();
  expect(await found("schmitz")).toEqual(["Thomas Schmitz"]);
  city.writeSource(whole);
});

it("lets nobody in any more once they are locked, and finds them no more", async () => {
  const ben = await city.signIn("p-ben");
  const [bens, token] = [await sessionOf(ben), await openIdToken(ben)];
  expect((await ask("/me", bens)).status).toBe(200);
  expect(await found("winter")).toEqual(["Ben Winter"]);
  city.writeSource(whole.replace(/ {2}- \{\s+id: p-ben,[\s\S]*?\n {4}\}\n/, ""));
  await city.run();
  expect((await ask("/me", bens)).status).toBe(401);
  expect((await exchange(token)).status).toBe(403);
  expect(await found("winter")).toEqual([]);
});
