/** One state event to be: what a room shall say about itself. */
export type StateContent = {
  readonly type: string;
  readonly stateKey: string;
  readonly content: Readonly<Record<string, unknown>>;
};

export type StateEvent = StateContent & { readonly sender: string };

/** A room to be made, whole: everything it needs is in its first state. */
export type NewRoom = {
  readonly isSpace: boolean;
  readonly name: string;
  readonly topic: string;
  readonly state: readonly StateContent[];
  /** Matrix IDs that stand above all power beside us, for ever; `powerLevels` must not name them. */
  readonly additionalCreators?: readonly string[];
  /** Whether people of other homeservers can ever be in it; no, if left out. */
  readonly federated?: boolean;
  /** Content of `m.room.power_levels`, beyond the room version's own defaults. */
  readonly powerLevels: Readonly<Record<string, unknown>>;
};

/** An event to be sent, once however often it is asked for. */
export type Sending = {
  readonly roomId: string;
  readonly type: string;
  readonly content: Readonly<Record<string, unknown>>;
  readonly sender: string;
  /** A device of the sender that is there. */
  readonly deviceId: string;
  /** The same at each try. */
  readonly txnId: string;
};

export type NewFile = {
  readonly bytes: Uint8Array;
  /** `image/png`. */
  readonly contentType: string;
  readonly filename: string;
};

export type Account = {
  readonly displayName: string;
  readonly mail: string;
};

/**
 * The one port to Matrix. Everything is done as the provisioning account, or as the person named.
 * Every method may be repeated after a crash: what is so already stays so, without a new event; only
 * {@link Homeserver.createRoom} makes something new each time.
 *
 * Errors are {@link HomeserverError}s; what may pass (429, restarts) was waited out before.
 */
export interface Homeserver {
  readonly serverName: string;
  /** The account that makes and owns managed rooms. */
  readonly provisioningUser: string;
  /** Resolves if the homeserver answers and accepts our credentials. */
  check(): Promise<void>;
  /** Makes the account if there is none, sets its name and e-mail address, and unlocks it. */
  putAccount(userId: string, account: Account): Promise<void>;
  /** Refuses every session of an account, and new ones, until it is put again. Nothing is lost. */
  lockAccount(userId: string): Promise<void>;
  /**
   * Ends an account for good: its sessions, keys, addresses and profile go, it leaves every room, and
   * what it wrote is hidden from those who come later (Synapse admin API, "Deactivate Account", erase).
   */
  eraseAccount(userId: string): Promise<void>;
  /**
   * Puts a file into the homeserver's media store, as the provisioning account. A second call makes a
   * second one.
   *
   * @returns its address (`mxc://…`)
   */
  upload(file: NewFile): Promise<string>;
  /** Makes a room of the newest version. @returns its room id */
  createRoom(room: NewRoom): Promise<string>;
  /** The rooms that the provisioning account is in. */
  ownRooms(): Promise<readonly string[]>;
  /** One piece of a room's current state, or undefined where there is none. */
  state(roomId: string, type: string, stateKey: string): Promise<StateEvent | undefined>;
  setState(roomId: string, state: StateContent): Promise<void>;
  /** Who is in the room now. */
  members(roomId: string): Promise<readonly string[]>;
  /** Brings a person in by themselves; the room's join rule must allow it. One event. */
  join(roomId: string, userId: string): Promise<void>;
  /**
   * Brings people of this homeserver into a room of ours, by our own authority and whatever its join
   * rule: one event for each where the homeserver has Klaaf's module, else two where nothing lets them
   * in. Who is in it stays, without a new event; one refusal holds nobody else up.
   *
   * @param userIds any number, each once
   * @returns what became of each
   * @throws HomeserverError if nobody could be brought in: no such room, not ours, one of class
   *   `vertraulich` (its members alone let others in), or the homeserver away
   */
  joinMany(
    roomId: string,
    userIds: readonly string[],
  ): Promise<ReadonlyMap<string, "joined" | HomeserverError>>;
  /** Invites a person; already invited or joined is fine. */
  invite(roomId: string, userId: string): Promise<void>;
  /** Takes a person out of a room; not being in it is fine. */
  remove(roomId: string, userId: string, reason: string): Promise<void>;
  /** Lets a local person leave by their own hand, also when they are locked; not being in it is fine. */
  leave(roomId: string, userId: string): Promise<void>;
  /** A room as the homeserver's administrator sees it, also where we are not in it (Synapse admin API). */
  inspect(roomId: string): Promise<RoomInspection>;
  /**
   * Makes sure that an account has a device (Client-Server API, `PUT /devices/{deviceId}` as MSC4190
   * gives it to appservices).
   *
   * @returns `made` if it was not there: what its transactions were is forgotten then
   */
  ensureDevice(userId: string, deviceId: string): Promise<"made" | "there">;
  /**
   * Sends an event. Asked again with the same transaction id, sender, device and room it makes no other
   * one, even when the homeserver was restarted in between: for a day, and while the device is there.
   *
   * @returns its event id
   * @throws HomeserverError; with code `M_UNKNOWN_DEVICE` if the sender has no such device
   */
  send(sending: Sending): Promise<string>;
}

/** All current state of a room, member events aside, and who is in it. */
export type RoomInspection = {
  readonly state: readonly StateEvent[];
  readonly members: readonly string[];
};

/** What the homeserver refused, and whether trying again later can help. */
export class HomeserverError extends Error {
  override readonly name = "HomeserverError";
  readonly status: number;
  /** Matrix error code, e.g. `M_FORBIDDEN`. */
  readonly code: string;
  readonly retry: "never" | "later";
  /** Whether it may have been done all the same: an answer was lost. */
  readonly mayBeDone: boolean;

  constructor(options: {
    status: number;
    code: string;
    message: string;
    retry: "never" | "later";
    mayBeDone?: boolean;
  }) {
    super(options.message);
    this.status = options.status;
    this.code = options.code;
    this.retry = options.retry;
    this.mayBeDone = options.mayBeDone ?? options.retry === "later";
  }
}
