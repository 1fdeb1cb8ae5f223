import type { Account, AccountKey, Matrix, Result } from "./door.ts";
import { post } from "./rpc/links.ts";
import type { SessionStore } from "./session-store.ts";
import { createSessionStore } from "./session-store.ts";
import { endSession, signIn } from "./sign-in.ts";
import { ACCOUNTS_CHANNEL } from "./tabs/names.ts";
import { startWorker } from "./tabs/start-worker.ts";
import { openTabEngine } from "./tabs/tab-engine.ts";
import type { TabEngine, TabPorts } from "./tabs/tab-engine.ts";
import { watched } from "./watched.ts";

/** What the door needs of the browser; by default the browser's own. */
export type MatrixOptions = Partial<TabPorts> & {
  /** The homeserver's origin; by default the page's own, where both are behind one address. */
  readonly homeserverUrl?: string;
  readonly fetch?: typeof globalThis.fetch;
  readonly sessions?: SessionStore;
};

/** The door of this tab, and its end, for tests and for hot reload. */
export interface TabMatrix extends Matrix {
  close(): void;
}

const TOLD = "changed";

/** Opens the door. Nothing is read and no engine runs before it is asked for. */
export function createMatrix(options: MatrixOptions = {}): TabMatrix {
  const homeserverUrl = options.homeserverUrl ?? location.origin;
  const network = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const server = { homeserverUrl, fetch: network };
  const sessions = options.sessions ?? createSessionStore({ indexedDB, now: () => Date.now() });
  const ports: TabPorts = {
    locks: options.locks ?? navigator.locks,
    startEngine: options.startEngine ?? startWorker,
    randomId: options.randomId ?? (() => crypto.randomUUID()),
  };
  const engines = new Map<AccountKey, TabEngine>();
  const known = watched<readonly Account[]>();
  const otherTabs = new BroadcastChannel(ACCOUNTS_CHANNEL);

  /** Reads the accounts anew, tells who watches, and ends the engines of those that are gone. */
  async function refresh(): Promise<readonly Account[]> {
    const accounts = (await sessions.list()).map(({ key, userId, displayName }): Account => ({
      key,
      userId,
      displayName,
    }));
    for (const [key, engine] of engines) {
      if (accounts.some((account) => account.key === key)) continue;
      engines.delete(key);
      engine.signedOut();
    }
    const before = known.get();
    const same =
      before?.length === accounts.length &&
      accounts.every(({ key }, index) => key === before[index]?.key);
    if (!same) known.set(accounts);
    return known.get() ?? accounts;
  }

  async function changed(): Promise<void> {
    post(otherTabs, TOLD);
    await refresh();
  }

  async function remove(key: AccountKey): Promise<void> {
    await sessions.remove(key);
    await changed();
  }

  otherTabs.addEventListener("message", (event: MessageEvent) => {
    if (event.data === TOLD) void refresh();
  });

  async function signOut(key: AccountKey): Promise<Result<void>> {
    const session = await sessions.get(key);
    await remove(key);
    if (session !== undefined) {
      await endSession({ ...server, homeserverUrl: session.homeserverUrl }, session.accessToken);
    }
    return { ok: true, value: undefined };
  }

  return {
    accounts: refresh,

    async signIn(input) {
      const session = await signIn(server, input);
      if (!session.ok) return session;
      const { userId, displayName } = session.value;
      const before = (await sessions.list()).filter((one) => one.userId === userId);
      const key = await sessions.add(session.value);
      await changed();
      // The same person again: one account, with the newer session.
      for (const one of before) await signOut(one.key);
      return { ok: true, value: { key, userId, displayName } };
    },

    signOut,

    async open(key) {
      const account = (await refresh()).find((one) => one.key === key);
      if (account === undefined) return undefined;
      const running = engines.get(key);
      if (running !== undefined) return running;
      const engine = openTabEngine(account, ports);
      engines.set(key, engine);
      engine.watchConnection((state) => {
        if (state === "signed-out" && engines.has(key)) void remove(key);
      });
      return engine;
    },

    watchAccounts(listener) {
      const unwatch = known.watch(listener);
      if (known.get() === undefined) void refresh();
      return unwatch;
    },

    close() {
      for (const engine of engines.values()) engine.close();
      engines.clear();
      otherTabs.close();
    },
  };
}
