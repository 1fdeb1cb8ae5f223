import { ROOM_CLASS_TYPE } from "@klaaf/protocol";
import { isConfidential } from "./confidential.ts";
import { creationContent } from "./creation.ts";
import type {
  Account,
  Homeserver,
  NewFile,
  NewRoom,
  RoomInspection,
  Sending,
  StateContent,
  StateEvent,
} from "./homeserver.ts";
import { HomeserverError } from "./homeserver.ts";

type FakeRoom = {
  readonly state: Map<string, StateEvent>;
  readonly members: Map<string, "join" | "invite" | "leave">;
};

const stateKeyOf = (type: string, stateKey: string) => `${type}|${stateKey}`;

/**
 * A homeserver in memory that keeps state as the real one does: who may join follows from the room's
 * join rule, and what is so already makes no new event. The contract suite runs on it and on Synapse.
 */
export class FakeHomeserver implements Homeserver {
  readonly serverName = "fake.example";
  readonly provisioningUser = "@provisioning:fake.example";
  readonly accounts = new Map<string, Account>();
  /** Who is refused. */
  readonly locked = new Set<string>();
  readonly rooms = new Map<string, FakeRoom>();
  /** The event ids of a device's transactions, by user and device, then by room and transaction. */
  readonly devices = new Map<string, Map<string, string>>();
  /** Every event that was sent, in order. */
  readonly sent: Sending[] = [];
  /** The media store, by address. */
  readonly files = new Map<string, NewFile>();
  /** How many events were made in all: a second run must make none. */
  events = 0;
  /** How many calls of any kind, reads included. */
  calls = 0;
  /** Set by a test: thrown before a call takes effect. */
  failBefore: ((method: string, subject: string) => Error | undefined) | undefined;
  /** Set by a test: what one person of many is refused with. */
  failFor: ((method: string, subject: string) => HomeserverError | undefined) | undefined;
  /** Set by a test: thrown after a call took effect, as when the answer is lost. */
  failAfter: ((method: string, subject: string) => Error | undefined) | undefined;

  async check(): Promise<void> {}

  async putAccount(userId: string, account: Account): Promise<void> {
    await this.#act("putAccount", userId, () => {
      this.accounts.set(userId, account);
      this.locked.delete(userId);
    });
  }

  async lockAccount(userId: string): Promise<void> {
    await this.#act("lockAccount", userId, () => {
      this.locked.add(userId);
    });
  }

  async eraseAccount(userId: string): Promise<void> {
    await this.#act("eraseAccount", userId, () => {
      this.accounts.delete(userId);
      this.locked.delete(userId);
      for (const { members } of this.rooms.values()) {
        if (members.get(userId) !== "join") continue;
        members.set(userId, "leave");
        this.events += 1;
      }
    });
  }

  async upload(file: NewFile): Promise<string> {
    return this.#act("upload", file.filename, () => {
      const address = `mxc://${this.serverName}/file${this.files.size + 1}`;
      this.files.set(address, file);
      return address;
    });
  }

  async createRoom(room: NewRoom): Promise<string> {
    return this.#act("createRoom", room.name, () => {
      const roomId = `!fake${this.rooms.size + 1}`;
      this.rooms.set(roomId, {
        state: new Map(),
        members: new Map([[this.provisioningUser, "join"]]),
      });
      // Our own entry; the creation event follows as state.
      this.events += 1;
      for (const state of [
        {
          type: "m.room.create",
          stateKey: "",
          content: creationContent(room),
        },
        { type: "m.room.name", stateKey: "", content: { name: room.name } },
        ...(room.topic === ""
          ? []
          : [{ type: "m.room.topic", stateKey: "", content: { topic: room.topic } }]),
        { type: "m.room.power_levels", stateKey: "", content: room.powerLevels },
        ...room.state,
      ]) {
        this.#write(roomId, state);
      }
      return roomId;
    });
  }

  async ownRooms(): Promise<readonly string[]> {
    this.calls += 1;
    return [...this.rooms]
      .filter(([, room]) => room.members.get(this.provisioningUser) === "join")
      .map(([id]) => id);
  }

  async state(roomId: string, type: string, stateKey: string): Promise<StateEvent | undefined> {
    this.calls += 1;
    const room = this.#room(roomId);
    if (type !== "m.room.member") return room.state.get(stateKeyOf(type, stateKey));
    const membership = room.members.get(stateKey);
    if (membership === undefined) return undefined;
    const displayname = this.accounts.get(stateKey)?.displayName;
    return { type, stateKey, sender: stateKey, content: { membership, displayname } };
  }

  async setState(roomId: string, state: StateContent): Promise<void> {
    await this.#act("setState", `${roomId} ${state.type}`, () => this.#write(roomId, state));
  }

  async members(roomId: string): Promise<readonly string[]> {
    this.calls += 1;
    return [...this.#room(roomId).members]
      .filter(([, is]) => is === "join")
      .map(([userId]) => userId);
  }

  async join(roomId: string, userId: string): Promise<void> {
    await this.#act("join", `${roomId} ${userId}`, () => {
      const room = this.#room(roomId);
      if (!this.accounts.has(userId)) throw refused("M_FORBIDDEN", `no account ${userId}`);
      if (room.members.get(userId) === "join") return;
      // Nobody is there any more who could let them in.
      if (![...room.members.values()].includes("join"))
        throw refused("M_NOT_FOUND", `${roomId} is empty`);
      if (room.members.get(userId) !== "invite" && !this.#maySelfJoin(room, userId)) {
        throw refused("M_FORBIDDEN", `${userId} may not join ${roomId}`);
      }
      room.members.set(userId, "join");
      this.events += 1;
    });
  }

  async joinMany(
    roomId: string,
    userIds: readonly string[],
  ): Promise<ReadonlyMap<string, "joined" | HomeserverError>> {
    return this.#act("joinMany", roomId, () => {
      const room = this.#room(roomId);
      const creation = room.state.get(stateKeyOf("m.room.create", ""));
      const roomClass = room.state.get(stateKeyOf(ROOM_CLASS_TYPE, ""));
      if (creation === undefined || isConfidential(creation, roomClass))
        throw refused("M_FORBIDDEN", `${roomId} is confidential`);
      return new Map(
        userIds.map((userId): [string, "joined" | HomeserverError] => {
          const problem = this.failFor?.("joinMany", `${roomId} ${userId}`);
          if (problem !== undefined) return [userId, problem];
          if (!this.accounts.has(userId))
            return [userId, refused("M_NOT_FOUND", `no account ${userId}`)];
          if (room.members.get(userId) !== "join") {
            room.members.set(userId, "join");
            this.events += 1;
          }
          return [userId, "joined"];
        }),
      );
    });
  }

  async invite(roomId: string, userId: string): Promise<void> {
    await this.#act("invite", `${roomId} ${userId}`, () => {
      const room = this.#room(roomId);
      if (room.members.get(userId) === "join" || room.members.get(userId) === "invite") return;
      room.members.set(userId, "invite");
      this.events += 1;
    });
  }

  async remove(roomId: string, userId: string): Promise<void> {
    await this.#act("remove", `${roomId} ${userId}`, () => {
      const room = this.#room(roomId);
      const is = room.members.get(userId);
      if (is === undefined || is === "leave") return;
      room.members.set(userId, "leave");
      this.events += 1;
    });
  }

  async leave(roomId: string, userId: string): Promise<void> {
    await this.#act("leave", `${roomId} ${userId}`, () => {
      const { members } = this.#room(roomId);
      const is = members.get(userId);
      if (is === undefined || is === "leave") return;
      members.set(userId, "leave");
      this.events += 1;
    });
  }

  async inspect(roomId: string): Promise<RoomInspection> {
    this.calls += 1;
    const { members, state } = this.#room(roomId);
    return {
      state: [...state.values()],
      members: [...members].filter(([, is]) => is === "join").map(([userId]) => userId),
    };
  }

  async ensureDevice(userId: string, deviceId: string): Promise<"made" | "there"> {
    return this.#act("ensureDevice", userId, () => {
      const device = `${userId}|${deviceId}`;
      if (this.devices.has(device)) return "there";
      this.devices.set(device, new Map());
      return "made";
    });
  }

  async send(sending: Sending): Promise<string> {
    const { roomId, sender, deviceId, txnId } = sending;
    return this.#act("send", `${roomId} ${txnId}`, () => {
      const transactions = this.devices.get(`${sender}|${deviceId}`);
      if (transactions === undefined)
        throw refused("M_UNKNOWN_DEVICE", `no device ${deviceId} of ${sender}`);
      const room = this.#room(roomId);
      const before = transactions.get(`${roomId}|${txnId}`);
      if (before !== undefined) return before;
      if (room.members.get(sender) !== "join")
        throw refused("M_FORBIDDEN", `${sender} is not in ${roomId}`);
      this.events += 1;
      const eventId = `$fake${this.events}`;
      transactions.set(`${roomId}|${txnId}`, eventId);
      this.sent.push(sending);
      return eventId;
    });
  }

  /** Takes a device away; what its transactions were is forgotten with it. */
  deleteDevice(userId: string, deviceId: string): void {
    this.devices.delete(`${userId}|${deviceId}`);
  }

  async #act<T>(method: string, subject: string, effect: () => T): Promise<T> {
    this.calls += 1;
    const before = this.failBefore?.(method, subject);
    if (before !== undefined) throw before;
    const result = effect();
    const after = this.failAfter?.(method, subject);
    if (after !== undefined) throw after;
    return result;
  }

  #room(roomId: string): FakeRoom {
    const room = this.rooms.get(roomId);
    if (room === undefined) throw refused("M_NOT_FOUND", `no room ${roomId}`);
    return room;
  }

  #write(roomId: string, { type, stateKey, content }: StateContent): void {
    const { state } = this.#room(roomId);
    const key = stateKeyOf(type, stateKey);
    if (JSON.stringify(state.get(key)?.content) === JSON.stringify(content)) return;
    state.set(key, { type, stateKey, content, sender: this.provisioningUser });
    this.events += 1;
  }

  #maySelfJoin(room: FakeRoom, userId: string): boolean {
    const rule = room.state.get(stateKeyOf("m.room.join_rules", ""))?.content;
    if (rule?.["join_rule"] !== "restricted" || !Array.isArray(rule["allow"])) return false;
    return rule["allow"].some(
      (allowed: unknown) =>
        typeof allowed === "object" &&
        allowed !== null &&
        "room_id" in allowed &&
        typeof allowed.room_id === "string" &&
        this.rooms.get(allowed.room_id)?.members.get(userId) === "join",
    );
  }
}

const STATUS: Readonly<Record<string, number>> = { M_NOT_FOUND: 404, M_UNKNOWN_DEVICE: 400 };

function refused(code: string, message: string): HomeserverError {
  return new HomeserverError({
    status: STATUS[code] ?? 403,
    code,
    message,
    retry: "never",
  });
}
