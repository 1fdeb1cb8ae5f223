import type {
  Account,
  AccountEngine,
  AccountKey,
  ConnectionState,
  Failure,
  Matrix,
  Member,
  Result,
  RoomSummary,
  TextMessage,
  TimelineItem,
  Unit,
} from "./door.ts";
import { FakeRoom } from "./fake-room.ts";
import { watched } from "./watched.ts";

export type FakeSeed = {
  readonly accounts?: readonly FakeAccountSeed[];
  /** The clock, milliseconds since 1970; by default it moves by one second with each event. */
  readonly now?: () => number;
};

export type FakeAccountSeed = {
  readonly displayName: string;
  readonly mail: string;
  readonly password: string;
  /** Whether the account is signed in from the beginning. */
  readonly signedIn?: boolean;
  readonly rooms?: readonly FakeRoomSeed[];
  readonly units?: readonly {
    readonly id: string;
    readonly name: string;
    readonly rooms: readonly string[];
  }[];
};

export type FakeRoomSeed = {
  readonly id: string;
  readonly name: string;
  readonly topic?: string;
  readonly canWrite?: boolean;
  readonly protection?: RoomSummary["protection"];
  readonly members?: readonly Member[];
  /** Oldest first. */
  readonly messages?: readonly {
    readonly sender: Member;
    readonly text: string;
    readonly sentAt?: number;
  }[];
  /** How many of the messages are known when the room is opened; the rest is loaded earlier. Default: all. */
  readonly known?: number;
  /** How many messages from the end are unread. */
  readonly unread?: number;
};

/** The door as a state-holding fake, with what a test does from the other side of it. */
export interface FakeMatrix extends Matrix {
  /** The other side of one account, signed in or not, by mail address. */
  account(mail: string): FakeAccount;
  /** Answers every sign-in from now on with this failure; undefined: as the accounts say. */
  failSignIn(failure: Failure | undefined): void;
}

/** What happens on the server and the network, as a test brings it about. */
export interface FakeAccount {
  readonly key: AccountKey;
  readonly userId: string;
  connection(state: ConnectionState): void;
  /** A message from somebody arrives; its event id. */
  receive(roomId: string, sender: Member, text: string): string;
  /** Any item arrives, as it is. */
  receiveItem(roomId: string, item: TimelineItem): void;
  redact(roomId: string, eventId: string): void;
  addRoom(seed: FakeRoomSeed): void;
  changeRoom(
    roomId: string,
    change: Partial<Pick<RoomSummary, "name" | "topic" | "canWrite">>,
  ): void;
  leaveRoom(roomId: string): void;
  /** `hold`: messages wait until `release`; a failure: they fail; undefined: they are sent at once. */
  sending(how: "hold" | Failure | undefined): void;
  /** Sends what is held. */
  release(): void;
  /** Answers every loadEarlier with this failure; undefined: they succeed. */
  failLoading(failure: Failure | undefined): void;
  /** The event up to which this person has read a room. */
  readUpTo(roomId: string): string | undefined;
}

const DONE: Result<void> = { ok: true, value: undefined };
const NOT_HERE: Result<never> = { ok: false, failure: { code: "forbidden", retry: "never" } };

/**
 * Makes the whole door in memory. Everything happens at once and in order; nothing waits for a clock.
 * Without a seed there are no accounts, and every sign-in fails with wrong-password.
 */
export function createFakeMatrix(seed: FakeSeed = {}): FakeMatrix {
  let clock = Date.UTC(2026, 0, 5, 8);
  const now = seed.now ?? (() => (clock += 1000));
  const people = (seed.accounts ?? []).map(
    (account, index) => new FakePerson(account, index + 1, now),
  );
  const signedIn = watched<readonly Account[]>(
    people.filter((person) => person.seed.signedIn === true).map((person) => person.account),
  );
  let signInFailure: Failure | undefined;
  const here = () => signedIn.get() ?? [];

  return {
    async accounts() {
      return here();
    },
    async signIn({ mail, password }) {
      if (signInFailure !== undefined) return { ok: false, failure: signInFailure };
      const person = people.find((one) => one.seed.mail === mail.trim());
      if (person === undefined || person.seed.password !== password) {
        return { ok: false, failure: { code: "wrong-password", retry: "never" } };
      }
      if (!here().includes(person.account)) signedIn.set([...here(), person.account]);
      person.state.set("online");
      return { ok: true, value: person.account };
    },
    async signOut(key) {
      people.find((one) => one.key === key)?.state.set("signed-out");
      signedIn.set(here().filter((account) => account.key !== key));
      return DONE;
    },
    async open(key) {
      return here().some((account) => account.key === key)
        ? people.find((one) => one.key === key)
        : undefined;
    },
    watchAccounts: (listener) => signedIn.watch(listener),
    account(mail) {
      const person = people.find((one) => one.seed.mail === mail);
      if (person === undefined) throw new Error(`The fake has no account ${mail}.`);
      return person.otherSide;
    },
    failSignIn(failure) {
      signInFailure = failure;
    },
  };
}

class FakePerson implements AccountEngine {
  readonly seed: FakeAccountSeed;
  readonly account: Account;
  readonly state = watched<ConnectionState>("online");
  readonly otherSide: FakeAccount;
  readonly #rooms = new Map<string, FakeRoom>();
  readonly #list = watched<{
    readonly rooms: readonly RoomSummary[];
    readonly units: readonly Unit[];
  }>();
  readonly #now: () => number;
  #sending: "hold" | Failure | undefined;
  #loading: Failure | undefined;

  constructor(seed: FakeAccountSeed, number: number, now: () => number) {
    this.seed = seed;
    this.#now = now;
    this.account = {
      key: `account${number}`,
      userId: `@person${number}:fake.example`,
      displayName: seed.displayName,
    };
    for (const room of seed.rooms ?? []) this.#add(room);
    this.#tellRooms();
    this.otherSide = this.#makeOtherSide();
  }

  get key(): AccountKey {
    return this.account.key;
  }

  watchConnection(listener: (state: ConnectionState) => void) {
    return this.state.watch(listener);
  }

  watchRooms(listener: Parameters<AccountEngine["watchRooms"]>[0]) {
    return this.#list.watch(listener);
  }

  watchTimeline(roomId: string, listener: Parameters<AccountEngine["watchTimeline"]>[1]) {
    return this.#rooms.get(roomId)?.watch(listener) ?? (() => {});
  }

  async loadEarlier(roomId: string, count: number): Promise<Result<void>> {
    const room = this.#rooms.get(roomId);
    if (room === undefined) return NOT_HERE;
    return room.loadEarlier(count, this.#loading);
  }

  async sendText(roomId: string, text: string): Promise<Result<void>> {
    const room = this.#rooms.get(roomId);
    if (room?.canWrite !== true) return NOT_HERE;
    room.echo(text, this.#now());
    this.#settle(room);
    return DONE;
  }

  async resend(roomId: string, key: string): Promise<Result<void>> {
    const room = this.#rooms.get(roomId);
    if (room?.retry(key) !== true) return NOT_HERE;
    this.#settle(room);
    return DONE;
  }

  async discard(roomId: string, key: string): Promise<Result<void>> {
    if (this.#rooms.get(roomId)?.discard(key) !== true) return NOT_HERE;
    this.#tellRooms();
    return DONE;
  }

  async markRead(roomId: string, eventId: string): Promise<Result<void>> {
    const room = this.#rooms.get(roomId);
    if (room === undefined) return NOT_HERE;
    room.markRead(eventId);
    this.#tellRooms();
    return DONE;
  }

  async members(roomId: string): Promise<Result<readonly Member[]>> {
    const room = this.#rooms.get(roomId);
    return room === undefined ? NOT_HERE : { ok: true, value: room.members };
  }

  /** Gives what waits in a room the fate that the test chose. */
  #settle(room: FakeRoom): void {
    if (this.#sending === undefined) room.settle({ kind: "sent" });
    else if (this.#sending !== "hold") room.settle({ kind: "failed", failure: this.#sending });
    this.#tellRooms();
  }

  #add(seed: FakeRoomSeed): void {
    this.#rooms.set(seed.id, new FakeRoom(seed, this.account, this.#now));
  }

  #tellRooms(): void {
    const rooms = [...this.#rooms.values()]
      .map((room) => room.summary())
      .toSorted((a, b) => b.activeAt - a.activeAt);
    const units = (this.seed.units ?? []).map(({ id, name, rooms: roomIds }): Unit => {
      const inside = roomIds.filter((roomId) => this.#rooms.has(roomId));
      const counted = rooms.filter((room) => inside.includes(room.id));
      return {
        id,
        name,
        roomIds: inside,
        unread: counted.reduce((sum, room) => sum + room.unread, 0),
        mentions: counted.reduce((sum, room) => sum + room.mentions, 0),
      };
    });
    this.#list.set({ rooms, units });
  }

  #makeOtherSide(): FakeAccount {
    const roomOf = (roomId: string): FakeRoom => {
      const room = this.#rooms.get(roomId);
      if (room === undefined) throw new Error(`The fake has no room ${roomId}.`);
      return room;
    };
    const changing = <T>(change: () => T): T => {
      const result = change();
      this.#tellRooms();
      return result;
    };
    return {
      key: this.key,
      userId: this.account.userId,
      connection: (state) => this.state.set(state),
      receive: (roomId, sender, text) =>
        changing(() => roomOf(roomId).receive(sender, text, this.#now())),
      receiveItem: (roomId, item) => changing(() => roomOf(roomId).receiveItem(item)),
      redact: (roomId, eventId) => changing(() => roomOf(roomId).redact(eventId)),
      addRoom: (seed) => changing(() => this.#add(seed)),
      changeRoom: (roomId, change) => changing(() => roomOf(roomId).change(change)),
      leaveRoom: (roomId) =>
        changing(() => {
          this.#rooms.delete(roomId);
        }),
      sending: (how) => {
        this.#sending = how;
      },
      release: () => {
        this.#sending = undefined;
        for (const room of this.#rooms.values()) this.#settle(room);
      },
      failLoading: (failure) => {
        this.#loading = failure;
      },
      readUpTo: (roomId) => roomOf(roomId).read,
    };
  }
}

/** A text message as the fake makes it: for tests that need one by itself. */
export function fakeText(message: Partial<TextMessage> & { readonly key: string }): TextMessage {
  return {
    kind: "text",
    eventId: message.key,
    senderId: "@other:fake.example",
    senderName: "Jemand",
    sentAt: Date.UTC(2026, 0, 5, 8),
    mine: false,
    text: "Guten Tag",
    emote: false,
    state: { kind: "sent" },
    ...message,
  };
}
