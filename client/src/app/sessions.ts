import { ConnectionViewModel } from "../features/connection/ConnectionViewModel.ts";
import { RoomListViewModel } from "../features/room-list/RoomListViewModel.ts";
import { Drafts } from "../features/room/composer/drafts.ts";
import type { Account, AccountEngine, Matrix } from "../matrix/index.ts";
import type { Clock, Navigation } from "../ports/ports.ts";

/** One account as it is open here: what outlives going from room to room. */
export type Session = {
  readonly account: Account;
  readonly engine: AccountEngine;
  readonly roomList: RoomListViewModel;
  readonly connection: ConnectionViewModel;
  readonly drafts: Drafts;
};

/** The accounts that are open in this tab; each is opened once and ends when it is signed out. */
export class Sessions {
  readonly #matrix: Matrix;
  readonly #clock: Clock;
  readonly #navigation: Navigation;
  readonly #open = new Map<string, Promise<Session | undefined>>();

  constructor(options: {
    readonly matrix: Matrix;
    readonly clock: Clock;
    readonly navigation: Navigation;
  }) {
    this.#matrix = options.matrix;
    this.#clock = options.clock;
    this.#navigation = options.navigation;
    options.matrix.watchAccounts((accounts) => {
      const here = new Set(accounts.map(({ key }) => key));
      for (const [key, session] of this.#open) {
        if (here.has(key)) continue;
        this.#open.delete(key);
        void session.then(end, () => {});
      }
    });
  }

  /** The session of an account; undefined if there is no such account on this device. */
  open(key: string): Promise<Session | undefined> {
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    const session = this.#begin(key);
    this.#open.set(key, session);
    const forget = () => {
      if (this.#open.get(key) === session) this.#open.delete(key);
    };
    session.then((begun) => begun ?? forget(), forget);
    return session;
  }

  async #begin(key: string): Promise<Session | undefined> {
    const engine = await this.#matrix.open(key);
    if (engine === undefined) return undefined;
    const drafts = new Drafts();
    const clock = this.#clock;
    return {
      account: engine.account,
      engine,
      drafts,
      roomList: new RoomListViewModel({ engine, clock, drafts }),
      connection: new ConnectionViewModel({ engine, clock, navigation: this.#navigation }),
    };
  }
}

function end(session: Session | undefined): void {
  session?.roomList.dispose();
  session?.connection.dispose();
}
