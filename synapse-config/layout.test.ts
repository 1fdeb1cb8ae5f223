import { describe, expect, it } from "vitest";
import { DEFAULT_COUNTS, dutiesOf, inContainer, workerListeners, workersOf } from "./layout.ts";
import { CLIENT_ROUTES, FEDERATION_ROUTES, poolFor } from "./routes.ts";

const names = (federation: boolean) =>
  workersOf(DEFAULT_COUNTS, { federation }).map(({ name }) => name);

describe("who does what in a city", () => {
  it("sends to other towns only if there is one", () => {
    expect(names(false)).not.toContain("federation-sender");
    expect(names(true)).toContain("federation-sender");
  });

  it("names as many processes as were asked for", () => {
    const counted = workersOf({ sync: 3, client: 1, events: 4 }, { federation: false });
    expect(counted.filter(({ role }) => role === "sync").map(({ name }) => name)).toEqual([
      "sync-1",
      "sync-2",
      "sync-3",
    ]);
    expect(counted.filter(({ role }) => role === "events")).toHaveLength(4);
  });

  it("lets every process that writes a stream be called by the others", () => {
    const workers = workersOf(DEFAULT_COUNTS, { federation: true });
    const { federationSenders, instanceMap, streamWriters } = dutiesOf(workers, inContainer);
    for (const writer of [...Object.values(streamWriters).flat(), ...federationSenders]) {
      expect(instanceMap).toHaveProperty(writer);
      const worker = workers.find(({ name }) => name === writer);
      expect(worker).toBeDefined();
      const listeners = worker
        ? workerListeners(worker, inContainer(writer), { federation: true })
        : [];
      expect(listeners.map(({ port }) => port)).toContain(instanceMap[writer]?.port);
    }
    expect(instanceMap["main"]).toEqual({ host: "synapse", port: 9093 });
  });

  it("gives each duty that cannot be shared to a process that is there", () => {
    const workers = workersOf(DEFAULT_COUNTS, { federation: false });
    const { backgroundWorker, mediaWorker } = dutiesOf(workers, inContainer);
    expect(workers.map(({ name }) => name)).toEqual(
      expect.arrayContaining([backgroundWorker, mediaWorker]),
    );
  });

  it("speaks to partners only if there is one", () => {
    const [worker] = workersOf(DEFAULT_COUNTS, { federation: false }).filter(
      ({ role }) => role === "client",
    );
    expect(worker).toBeDefined();
    if (worker === undefined) return;
    const resources = (federation: boolean) =>
      JSON.stringify(workerListeners(worker, inContainer(worker.name), { federation }));
    expect(resources(false)).not.toContain("federation");
    expect(resources(true)).toContain("federation");
  });
});

describe("which process answers a request", () => {
  it.each([
    ["/_matrix/client/v3/sync", "sync"],
    ["/_matrix/client/unstable/org.matrix.simplified_msc3575/sync", "sync"],
    ["/_matrix/client/v3/rooms/!a:b/send/m.room.message/1", "client"],
    ["/_matrix/client/v3/rooms/!a:b/state/m.room.name/", "client"],
    ["/_matrix/client/v3/rooms/!a:b/state", "client"],
    ["/_matrix/client/v3/rooms/!a:b/messages", "client"],
    ["/_matrix/client/v3/rooms/!a:b/join", "client"],
    ["/_matrix/client/v3/join/#a:b", "client"],
    ["/_matrix/client/v1/rooms/!a:b/hierarchy", "client"],
    ["/_matrix/client/v1/rooms/!a:b/relations/$e", "client"],
    ["/_matrix/client/v3/createRoom", "client"],
    ["/_matrix/client/v3/login", "client"],
    ["/_matrix/client/versions", "client"],
    ["/_matrix/client/v3/keys/query", "client"],
    ["/_matrix/client/v3/rooms/!a:b/typing/@c:d", "streams"],
    ["/_matrix/client/v3/rooms/!a:b/receipt/m.read/$e", "streams"],
    ["/_matrix/client/v3/rooms/!a:b/read_markers", "streams"],
    ["/_matrix/client/v3/sendToDevice/m.room.encrypted/1", "streams"],
    ["/_matrix/client/v3/user/@c:d/account_data/m.direct", "streams"],
    ["/_matrix/client/v3/user/@c:d/rooms/!a:b/tags/m.favourite", "streams"],
    ["/_matrix/client/v3/user/@c:d/rooms/!a:b/account_data/m.fully_read", "streams"],
    ["/_matrix/client/v3/keys/upload", "streams"],
    ["/_matrix/client/v3/keys/device_signing/upload", "streams"],
    ["/_matrix/client/v3/devices/ABC", "streams"],
    ["/_matrix/client/v3/pushrules/global/override/.m.rule.master", "streams"],
    ["/_matrix/client/v1/media/download/d/x", "media"],
    ["/_matrix/media/v3/upload", "media"],
  ])("%s → %s", (path, pool) => {
    expect(poolFor(CLIENT_ROUTES, path)).toBe(pool);
  });

  // synapse/rest/__init__.py: what only the main process registers; a worker answers 404.
  it.each([
    "/_matrix/client/v3/logout",
    "/_matrix/client/v3/logout/all",
    "/_matrix/client/v3/refresh",
    "/_matrix/client/v3/pushers",
    "/_matrix/client/v3/pushers/set",
    "/_matrix/client/v3/account/password",
    "/_matrix/client/v3/auth/m.login.password/fallback/web",
    "/_matrix/client/v3/rooms/!a:b/report/$e",
    "/_matrix/client/v3/rooms/!a:b/forget",
    "/_matrix/client/v3/rooms/!a:b/upgrade",
    "/_matrix/client/v3/user/@c:d/openid/request_token",
    "/_matrix/client/v3/thirdparty/protocols",
    "/_matrix/client/v1/login/get_token",
    "/_matrix/client/v3/directory/list/room/!a:b",
    "/_matrix/client/v3/admin/whois/@c:d",
  ])("only the main process knows %s", (path) => {
    expect(poolFor(CLIENT_ROUTES, path)).toBe("main");
  });

  it("is not confused by a type or a transaction that is called like a path", () => {
    expect(poolFor(CLIENT_ROUTES, "/_matrix/client/v3/rooms/!a:b/send/typing/receipt")).toBe(
      "client",
    );
    expect(poolFor(CLIENT_ROUTES, "/_matrix/client/v3/rooms/!a:b/state/sync/sync")).toBe("client");
  });

  it("keeps partners' files where files are, and the server's own key with the main process", () => {
    expect(poolFor(FEDERATION_ROUTES, "/_matrix/federation/v1/media/download/x")).toBe("media");
    expect(poolFor(FEDERATION_ROUTES, "/_matrix/federation/v1/send/1")).toBe("client");
    expect(poolFor(FEDERATION_ROUTES, "/_matrix/key/v2/server")).toBe("main");
  });
});
