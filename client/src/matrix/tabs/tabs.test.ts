import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMatrix } from "../create-matrix.ts";
import type { TabMatrix } from "../create-matrix.ts";
import type { Account, AccountEngine, Rooms, Unwatch } from "../door.ts";
import { channelOf, hostEngine } from "../engine/host.ts";
import type { Engine } from "../engine/service.ts";
import { createFakeMatrix } from "../fake.ts";
import type { FakeMatrix } from "../fake.ts";
import { portPageLink } from "../rpc/links.ts";
import type { PageLink } from "../rpc/wire.ts";
import { createSessionStore } from "../session-store.ts";

const mail = "erika@stadt.example";
const input = { mail, password: "geheim", deviceName: "test" };
const jonas = { userId: "@jonas:fake.example", name: "Jonas" };

/** A server's worth of one person, and the browser profile in which tabs are opened. */
class Profile {
  readonly server: FakeMatrix = createFakeMatrix({
    accounts: [
      {
        displayName: "Erika",
        mail,
        password: "geheim",
        signedIn: true,
        rooms: [{ id: "!a", name: "Allgemein", messages: [{ sender: jonas, text: "eins" }] }],
      },
    ],
  });
  readonly sessions = createSessionStore({ indexedDB: new IDBFactory(), now: () => 0 });
  readonly loggedOut: string[] = [];
  /** Which tabs run an engine at this moment. */
  readonly running = new Set<string>();
  readonly #tabs = new Set<TabMatrix>();

  tab(name: string): TabMatrix {
    let ids = 0;
    const matrix = createMatrix({
      homeserverUrl: "http://server.example",
      sessions: this.sessions,
      fetch: (address, init) => this.#answer(new Request(address, init)),
      randomId: () => `${name}-${(ids += 1)}-${crypto.randomUUID()}`,
      startEngine: (account) => this.#startEngine(name, account),
    });
    this.#tabs.add(matrix);
    return matrix;
  }

  close(): void {
    for (const tab of this.#tabs) tab.close();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname.endsWith("/logout")) {
      this.loggedOut.push(request.headers.get("authorization") ?? "");
      return Response.json({});
    }
    if (pathname.endsWith("/displayname")) return Response.json({ displayname: "Erika" });
    return Response.json({ user_id: "@e:x", device_id: "D", access_token: "secret" });
  }

  /** As a worker would: the engine comes some time after the line. */
  #startEngine(name: string, account: Account): PageLink {
    const { port1, port2 } = new MessageChannel();
    port1.start();
    port2.start();
    this.running.add(name);
    const hosted = this.server.open("account1").then((person) => {
      if (person === undefined) throw new Error("The fake has no such account.");
      return hostEngine(engineOf(person), {
        port: port2,
        channel: channelOf(account.key),
        locks: navigator.locks,
      });
    });
    return portPageLink(port1, () => {
      this.running.delete(name);
      void hosted.then((stop) => {
        stop();
        port1.close();
        port2.close();
      });
    });
  }
}

function engineOf(person: AccountEngine): Engine {
  return {
    watches: {
      connection: (listener) => person.watchConnection(listener),
      rooms: (listener) => person.watchRooms(listener),
      timeline: (listener, roomId) => person.watchTimeline(roomId, listener),
    },
    calls: {
      loadEarlier: (roomId, count) => person.loadEarlier(roomId, count),
      sendText: (roomId, _, text) => person.sendText(roomId, text),
      resend: (roomId, key) => person.resend(roomId, key),
      discard: (roomId, key) => person.discard(roomId, key),
      markRead: (roomId, eventId) => person.markRead(roomId, eventId),
      members: (roomId) => person.members(roomId),
    },
    wake: () => {},
    stop: () => {},
  };
}

/** Resolves with the first value that fits. */
function first<T>(
  watch: (listener: (value: T) => void) => Unwatch,
  fits: (value: T) => boolean,
): Promise<T> {
  return new Promise((resolve) => {
    watch((value) => {
      if (fits(value)) resolve(value);
    });
  });
}

const isEmpty = (accounts: readonly Account[]) => accounts.length === 0;
const lastIs = (text: string) => (rooms: Rooms) => rooms.rooms[0]?.last?.text === text;

async function opened(tab: TabMatrix): Promise<AccountEngine> {
  const [account] = await tab.accounts();
  const engine = await tab.open(account?.key ?? "");
  if (engine === undefined) throw new Error("The account is not there.");
  return engine;
}

describe("the tabs of one browser profile", () => {
  let profile: Profile;
  beforeEach(() => (profile = new Profile()));
  afterEach(() => profile.close());

  it("run one engine among them, and all see the same", async () => {
    const [left, right] = [profile.tab("left"), profile.tab("right")];
    await left.signIn(input);
    const engines = [await opened(left), await opened(right)];
    await Promise.all(engines.map((engine) => first((l) => engine.watchRooms(l), lastIs("eins"))));
    expect(profile.running.size).toBe(1);
    profile.server.account(mail).receive("!a", jonas, "zwei");
    await Promise.all(engines.map((engine) => first((l) => engine.watchRooms(l), lastIs("zwei"))));
    expect(await engines[1]?.sendText("!a", "drei")).toEqual({ ok: true, value: undefined });
    await Promise.all(engines.map((engine) => first((l) => engine.watchRooms(l), lastIs("drei"))));
  });

  it("take over when the one that runs the engine is closed", async () => {
    const left = profile.tab("left");
    await left.signIn(input);
    const owner = await opened(left);
    await first((l) => owner.watchRooms(l), lastIs("eins"));
    expect([...profile.running]).toEqual(["left"]);
    const right = profile.tab("right");
    const viewer = await opened(right);
    const seen: Rooms[] = [];
    viewer.watchRooms((rooms) => seen.push(rooms));
    await first((l) => viewer.watchRooms(l), lastIs("eins"));

    left.close();
    profile.server.account(mail).receive("!a", jonas, "zwei");
    await first((l) => viewer.watchRooms(l), lastIs("zwei"));
    expect([...profile.running]).toEqual(["right"]);
    expect(seen.map((rooms) => rooms.rooms[0]?.last?.text)).toEqual(["eins", "zwei"]);
    expect(await right.accounts()).toHaveLength(1);
  });

  it("are told when an account signs out in one of them", async () => {
    const [left, right] = [profile.tab("left"), profile.tab("right")];
    await left.signIn(input);
    const engine = await opened(right);
    await first(
      (l) => engine.watchConnection(l),
      (state) => state === "online",
    );
    const [account] = await left.accounts();
    const gone = Promise.all([
      first(
        (l) => engine.watchConnection(l),
        (state) => state === "signed-out",
      ),
      first((l) => right.watchAccounts(l), isEmpty),
    ]);
    await left.signOut(account?.key ?? "");
    await gone;
    expect(profile.loggedOut).toEqual(["Bearer secret"]);
    expect(await profile.sessions.list()).toEqual([]);
    expect(await right.open(account?.key ?? "")).toBeUndefined();
    expect(profile.running.size).toBe(0);
  });

  it("remove an account whose session the server has ended", async () => {
    const tab = profile.tab("left");
    await tab.signIn(input);
    const engine = await opened(tab);
    await first(
      (l) => engine.watchConnection(l),
      (state) => state === "online",
    );
    const gone = first((l) => tab.watchAccounts(l), isEmpty);
    profile.server.account(mail).connection("signed-out");
    await gone;
    expect(await profile.sessions.list()).toEqual([]);
  });

  it("keep one account when the same person signs in again", async () => {
    const tab = profile.tab("left");
    const before = await tab.signIn(input);
    const after = await tab.signIn(input);
    const accounts = await tab.accounts();
    expect(accounts).toHaveLength(1);
    expect(after).toMatchObject({ ok: true, value: accounts[0] });
    expect(after).not.toEqual(before);
    expect(profile.loggedOut).toHaveLength(1);
  });
});
