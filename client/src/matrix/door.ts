// The door of matrix/: what the rest of the client knows of Matrix. Every value that passes is plain
// data that survives structuredClone, every call is asynchronous, so that the engine behind it may run
// in a worker or in another tab. Only this folder imports matrix-js-sdk.

/** A person on this device; part of routes and storage. Says nothing about the person. */
export type AccountKey = string;

/** Coded, so that the words are chosen in the view, in the reader's language. */
export type MatrixErrorCode =
  | "wrong-password"
  | "account-locked"
  | "too-many-attempts"
  | "unreachable"
  | "signed-out"
  | "forbidden"
  | "too-large"
  | "unknown";

export type Failure = {
  readonly code: MatrixErrorCode;
  /** Whether the same call can succeed later without anything being changed. */
  readonly retry: "never" | "later";
  /** Milliseconds after which the server allows another attempt, where it said so. */
  readonly retryAfterMs?: number;
};

export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

export type Account = {
  readonly key: AccountKey;
  readonly userId: string;
  readonly displayName: string;
};

export type ConnectionState =
  /** The first answer of the server is still to come. */
  | "starting"
  | "online"
  /** Tried again by itself; what is on the screen may be old. */
  | "offline"
  /** The session has ended on the server: the account was removed here. */
  | "signed-out";

/** A unit of the organisation the person belongs to: a space. */
export type Unit = {
  readonly id: string;
  readonly name: string;
  /** The rooms of this unit that the person is in, in the unit's order. */
  readonly roomIds: readonly string[];
  /** Unread messages and mentions over its rooms. */
  readonly unread: number;
  readonly mentions: number;
};

export type LastMessage = {
  readonly senderId: string;
  readonly senderName: string;
  readonly text: string;
  /** Milliseconds since 1970, by the server's clock. */
  readonly sentAt: number;
  readonly mine: boolean;
};

export type RoomSummary = {
  readonly id: string;
  readonly name: string;
  readonly topic: string;
  readonly members: number;
  readonly last: LastMessage | undefined;
  /** When something was last said, for the order of the list; milliseconds since 1970, 0 for never. */
  readonly activeAt: number;
  readonly unread: number;
  readonly mentions: number;
  /** Whether this person may write here. */
  readonly canWrite: boolean;
  /** Protection and record class; unknown counts as the strictest. */
  readonly protection: "offen" | "intern" | "vertraulich";
};

export type Rooms = {
  /** Everything the person is in, the latest first. */
  readonly rooms: readonly RoomSummary[];
  readonly units: readonly Unit[];
};

export type SendState =
  | { readonly kind: "sent" }
  | { readonly kind: "waiting" }
  | { readonly kind: "failed"; readonly failure: Failure };

type ItemOfTimeline = {
  /** Stable from the local echo to the event that came back: a key for lists. */
  readonly key: string;
  /** Absent while it is only a local echo. */
  readonly eventId: string | undefined;
  readonly senderId: string;
  readonly senderName: string;
  readonly sentAt: number;
  readonly mine: boolean;
};

export type TextMessage = ItemOfTimeline & {
  readonly kind: "text";
  readonly text: string;
  readonly emote: boolean;
  readonly state: SendState;
};

/** An event that is a message but not one this client can show yet: its plain-text fallback. */
export type OtherMessage = ItemOfTimeline & { readonly kind: "other"; readonly fallback: string };

export type RemovedMessage = ItemOfTimeline & { readonly kind: "removed" };

/** What happened in the room, said in words by the view. */
export type StateChange = ItemOfTimeline & {
  readonly kind: "change";
  readonly change:
    | { readonly what: "joined" | "left"; readonly who: string }
    | { readonly what: "removed" | "invited"; readonly who: string }
    | { readonly what: "renamed"; readonly name: string }
    | { readonly what: "topic"; readonly topic: string }
    | { readonly what: "created" };
};

export type TimelineItem = TextMessage | OtherMessage | RemovedMessage | StateChange;

export type Timeline = {
  readonly roomId: string;
  /** Oldest first. */
  readonly items: readonly TimelineItem[];
  readonly canLoadEarlier: boolean;
  readonly loadingEarlier: boolean;
  /** The last item that had been read when the room was opened; undefined: everything had been, or nothing is known. */
  readonly readUpTo: string | undefined;
};

export type Member = { readonly userId: string; readonly name: string };

/** Ends a watch. Calling it twice does nothing. */
export type Unwatch = () => void;

/** One signed-in account's running engine. Listeners are called at once when a value is known, then on each change. */
export interface AccountEngine {
  readonly account: Account;
  watchConnection(listener: (state: ConnectionState) => void): Unwatch;
  watchRooms(listener: (rooms: Rooms) => void): Unwatch;
  /** Opens a room's timeline: what is known at once, the newest messages as soon as they are there. */
  watchTimeline(roomId: string, listener: (timeline: Timeline) => void): Unwatch;
  /** Loads up to `count` older messages into the watched timeline. */
  loadEarlier(roomId: string, count: number): Promise<Result<void>>;
  /** Resolves when the local echo stands in the timeline; its fate shows there. */
  sendText(roomId: string, text: string): Promise<Result<void>>;
  /** Sends a failed message again, by its key. */
  resend(roomId: string, key: string): Promise<Result<void>>;
  /** Takes a failed message out of the timeline, by its key. */
  discard(roomId: string, key: string): Promise<Result<void>>;
  /** Marks everything up to this event as read, on all of the person's devices. */
  markRead(roomId: string, eventId: string): Promise<Result<void>>;
  members(roomId: string): Promise<Result<readonly Member[]>>;
}

export type SignInInput = {
  readonly mail: string;
  readonly password: string;
  /** How the device is called in the list of devices. */
  readonly deviceName: string;
};

/** The door itself: the accounts of this browser profile. */
export interface Matrix {
  /** The accounts signed in on this device, in the order they were added. */
  accounts(): Promise<readonly Account[]>;
  /** Errors: wrong-password, account-locked, too-many-attempts, unreachable. */
  signIn(input: SignInInput): Promise<Result<Account>>;
  /** Ends the session on the server where it can be reached, and destroys everything of it on this device in any case. */
  signOut(key: AccountKey): Promise<Result<void>>;
  /** The running engine of an account, started on first use; undefined if there is no such account here. */
  open(key: AccountKey): Promise<AccountEngine | undefined>;
  /** Called when the accounts of this profile change, also through another tab. */
  watchAccounts(listener: (accounts: readonly Account[]) => void): Unwatch;
}
