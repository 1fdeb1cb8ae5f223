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
import type { Call } from "./transport.ts";
import type { Transport } from "./transport.ts";

export type SynapseOptions = {
  readonly serverName: string;
  readonly provisioningUser: string;
  readonly transport: Transport;
};

const CLIENT = ["_matrix", "client", "v3"] as const;
/** Of our own module in Synapse; reached from inside the house alone. */
const MODULE = ["_synapse", "klaaf", "v1"] as const;
const ADMIN = ["_synapse", "admin"] as const;

/** How many join in one request: a request stays short, and a crash repeats little. */
const BATCH = 50;

type Outcomes = ReadonlyMap<string, "joined" | HomeserverError>;

/** The port's adapter to a real Synapse, through the `klaaf-act` registration. */
export class SynapseHomeserver implements Homeserver {
  readonly serverName: string;
  readonly provisioningUser: string;
  readonly #transport: Transport;

  constructor(options: SynapseOptions) {
    this.serverName = options.serverName;
    this.provisioningUser = options.provisioningUser;
    this.#transport = options.transport;
  }

  async check(): Promise<void> {
    const { user_id: userId } = await this.#transport.call({
      method: "GET",
      path: [...CLIENT, "account", "whoami"],
      patient: false,
    });
    if (userId !== this.provisioningUser) {
      throw new Error(
        `The homeserver takes us for ${String(userId)}, not for ${this.provisioningUser}.`,
      );
    }
  }

  /**
   * One request makes the account, its name and its address (Synapse admin API, "Create or modify
   * account"). Who has no picture gets an address that shows none: Synapse locks only a picture that is
   * set (`enable_set_avatar_url`, handlers/profile.py), and clients draw initials for one they cannot load.
   */
  async putAccount(userId: string, { displayName, mail }: Account): Promise<void> {
    await this.#call("PUT", [...ADMIN, "v2", "users", userId], {
      displayname: displayName,
      avatar_url: `mxc://${this.serverName}/no-picture`,
      threepids: [{ medium: "email", address: mail }],
      locked: false,
    });
  }

  async lockAccount(userId: string): Promise<void> {
    await this.#call("PUT", [...ADMIN, "v2", "users", userId], { locked: true });
  }

  async eraseAccount(userId: string): Promise<void> {
    await this.#call("POST", [...ADMIN, "v1", "deactivate", userId], { erase: true });
  }

  /** Client-server API, "POST /_matrix/media/v3/upload". */
  async upload({ bytes, contentType, filename }: NewFile): Promise<string> {
    const answer = await this.#transport.call({
      method: "POST",
      path: ["_matrix", "media", "v3", "upload"],
      query: { filename },
      file: { bytes, contentType },
    });
    return text(answer["content_uri"], "content_uri");
  }

  /** Sent once: if its answer is lost, the room is found by its marker, not made a second time. */
  async createRoom(room: NewRoom): Promise<string> {
    const answer = await this.#transport.call({
      method: "POST",
      path: [...CLIENT, "createRoom"],
      repeatable: false,
      body: {
        preset: "private_chat",
        visibility: "private",
        name: room.name,
        ...(room.topic === "" ? {} : { topic: room.topic }),
        creation_content: creationContent(room),
        power_level_content_override: room.powerLevels,
        initial_state: room.state.map(({ type, stateKey, content }) => ({
          type,
          state_key: stateKey,
          content,
        })),
      },
    });
    return text(answer["room_id"], "room_id");
  }

  async ownRooms(): Promise<readonly string[]> {
    const answer = await this.#call("GET", [...CLIENT, "joined_rooms"]);
    return texts(answer["joined_rooms"]);
  }

  async state(roomId: string, type: string, stateKey: string): Promise<StateEvent | undefined> {
    try {
      const event = await this.#call(
        "GET",
        [...CLIENT, "rooms", roomId, "state", type, stateKey],
        undefined,
        {
          format: "event",
        },
      );
      return {
        type,
        stateKey,
        sender: text(event["sender"], "sender"),
        content: record(event["content"]),
      };
    } catch (error) {
      if (error instanceof HomeserverError && error.status === 404) return undefined;
      throw error;
    }
  }

  async setState(roomId: string, { type, stateKey, content }: StateContent): Promise<void> {
    await this.#call("PUT", [...CLIENT, "rooms", roomId, "state", type, stateKey], content);
  }

  async members(roomId: string): Promise<readonly string[]> {
    const answer = await this.#call("GET", [...CLIENT, "rooms", roomId, "joined_members"]);
    return Object.keys(record(answer["joined"]));
  }

  async join(roomId: string, userId: string): Promise<void> {
    await this.#call("POST", [...CLIENT, "rooms", roomId, "join"], {}, { user_id: userId });
  }

  async joinMany(
    roomId: string,
    userIds: readonly string[],
  ): Promise<ReadonlyMap<string, "joined" | HomeserverError>> {
    const outcomes = new Map<string, "joined" | HomeserverError>();
    for (let start = 0; start < userIds.length; start += BATCH) {
      for (const [userId, outcome] of await this.#joinBatch(
        roomId,
        userIds.slice(start, start + BATCH),
      ))
        outcomes.set(userId, outcome);
    }
    return outcomes;
  }

  /** Through our module (synapse-config/modules/klaaf_joins.py), else as any server can. */
  async #joinBatch(roomId: string, userIds: readonly string[]): Promise<Outcomes> {
    try {
      const answer = await this.#call("POST", [...MODULE, "rooms", roomId, "joins"], {
        users: userIds,
      });
      const users = record(answer["users"]);
      return new Map(userIds.map((userId) => [userId, moduleOutcome(record(users[userId]))]));
    } catch (error) {
      if (error instanceof HomeserverError && error.code === "M_UNRECOGNIZED")
        return this.#joinPlainly(roomId, userIds);
      throw error;
    }
  }

  async #joinPlainly(roomId: string, userIds: readonly string[]): Promise<Outcomes> {
    const [creation, rule, roomClass] = await Promise.all(
      ["m.room.create", "m.room.join_rules", ROOM_CLASS_TYPE].map((type) =>
        this.state(roomId, type, ""),
      ),
    );
    if (creation?.sender !== this.provisioningUser || isConfidential(creation, roomClass))
      throw refused("M_FORBIDDEN", `${roomId} is not ours, or confidential.`);
    const isOpenToSome = rule?.content["join_rule"] === "restricted";
    const outcomes = new Map<string, "joined" | HomeserverError>();
    for (const userId of userIds) {
      outcomes.set(userId, await outcomeOf(this.#bringIn(roomId, userId, isOpenToSome)));
    }
    return outcomes;
  }

  /** As every Matrix server can: by the join rule if that lets the person in, else by invitation. */
  async #bringIn(roomId: string, userId: string, tryRule: boolean): Promise<void> {
    if (tryRule) {
      try {
        return await this.join(roomId, userId);
      } catch (error) {
        if (!(error instanceof HomeserverError) || error.status !== 403) throw error;
      }
    }
    await this.invite(roomId, userId);
    await this.join(roomId, userId);
  }

  async invite(roomId: string, userId: string): Promise<void> {
    try {
      await this.#call("POST", [...CLIENT, "rooms", roomId, "invite"], { user_id: userId });
    } catch (error) {
      // Synapse refuses to invite who is in the room already; that is what was wanted.
      if (
        error instanceof HomeserverError &&
        error.status === 403 &&
        (await this.#isIn(roomId, userId))
      )
        return;
      throw error;
    }
  }

  async remove(roomId: string, userId: string, reason: string): Promise<void> {
    try {
      await this.#call("POST", [...CLIENT, "rooms", roomId, "kick"], { user_id: userId, reason });
    } catch (error) {
      if (
        error instanceof HomeserverError &&
        error.status === 403 &&
        !(await this.#isIn(roomId, userId))
      )
        return;
      throw error;
    }
  }

  async leave(roomId: string, userId: string): Promise<void> {
    try {
      await this.#call("POST", [...CLIENT, "rooms", roomId, "leave"], {}, { user_id: userId });
    } catch (error) {
      // Synapse refuses who never was in the room, and who has forgotten it.
      if (error instanceof HomeserverError && (error.status === 403 || error.status === 404)) {
        if (!(await this.inspect(roomId)).members.includes(userId)) return;
      }
      throw error;
    }
  }

  async inspect(roomId: string): Promise<RoomInspection> {
    const room = [...ADMIN, "v1", "rooms", roomId];
    const { state } = await this.#call("GET", [...room, "state"]);
    const { members } = await this.#call("GET", [...room, "members"]);
    return {
      state: (Array.isArray(state) ? state : []).flatMap((event: unknown): StateEvent[] => {
        const { content, sender, state_key: stateKey, type } = record(event);
        if (typeof type !== "string" || type === "m.room.member") return [];
        if (typeof stateKey !== "string" || typeof sender !== "string") return [];
        return [{ type, stateKey, sender, content: record(content) }];
      }),
      members: texts(members),
    };
  }

  async ensureDevice(userId: string, deviceId: string): Promise<"made" | "there"> {
    const path = [...CLIENT, "devices", deviceId];
    const as = { user_id: userId };
    try {
      await this.#call("GET", path, undefined, as);
      return "there";
    } catch (error) {
      if (!(error instanceof HomeserverError) || error.status !== 404) throw error;
    }
    await this.#call("PUT", path, { display_name: "Klaaf" }, as);
    return "made";
  }

  /** With a device (MSC4326) Synapse remembers the transaction in its database, not in memory alone. */
  async send({ roomId, type, content, sender, deviceId, txnId }: Sending): Promise<string> {
    const answer = await this.#call(
      "PUT",
      [...CLIENT, "rooms", roomId, "send", type, txnId],
      content,
      { user_id: sender, device_id: deviceId },
    );
    return text(answer["event_id"], "event_id");
  }

  async #isIn(roomId: string, userId: string): Promise<boolean> {
    const member = await this.state(roomId, "m.room.member", userId);
    const membership = member?.content["membership"];
    return membership === "join" || membership === "invite";
  }

  #call(
    method: Call["method"],
    path: readonly string[],
    body?: unknown,
    query?: Readonly<Record<string, string>>,
  ): Promise<Readonly<Record<string, unknown>>> {
    return this.#transport.call({
      method,
      path,
      ...(body === undefined ? {} : { body }),
      ...(query === undefined ? {} : { query }),
    });
  }
}

/** What a person's step came to; a homeserver that is away is everybody's problem. */
async function outcomeOf(step: Promise<void>): Promise<"joined" | HomeserverError> {
  try {
    await step;
    return "joined";
  } catch (error) {
    if (error instanceof HomeserverError && error.retry === "never") return error;
    throw error;
  }
}

function moduleOutcome(answer: Readonly<Record<string, unknown>>): "joined" | HomeserverError {
  const outcome = text(answer["outcome"], "outcome");
  if (outcome === "joined" || outcome === "already") return "joined";
  return refused(text(answer["errcode"], "errcode"), text(answer["error"], "error"));
}

const refused = (code: string, message: string): HomeserverError =>
  new HomeserverError({ status: 403, code, message, retry: "never" });

function text(value: unknown, field: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw new Error(`The homeserver's answer lacks ${field}.`);
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
