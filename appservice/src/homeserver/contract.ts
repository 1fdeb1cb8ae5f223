import { MANAGED_TYPE, ROOM_CLASS_TYPE } from "@klaaf/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Homeserver, NewRoom, Sending, StateContent } from "./homeserver.ts";
import { HomeserverError } from "./homeserver.ts";

/** A homeserver to try, and what the port itself cannot say. */
export type HomeserverUnderTest = {
  readonly homeserver: Homeserver;
  /** A localpart that no account has yet; another one each time. */
  readonly newLocalpart: () => string;
  /** How many events a room holds so far; without it, "no new event" is not checked. */
  readonly eventsIn?: (roomId: string) => Promise<number>;
  /** Kills and starts the homeserver; without it, "also after a restart" is not checked. */
  readonly restart?: () => Promise<void>;
  /** A file of the media store, as a signed-in person gets it. */
  readonly download: (
    address: string,
  ) => Promise<{ readonly bytes: Uint8Array; readonly contentType: string }>;
  readonly stop: () => Promise<void>;
};

const NOBODY_BUT_US = {
  users: {},
  users_default: 0,
  events_default: 0,
  state_default: 100,
  invite: 100,
  kick: 100,
  ban: 100,
} as const;

const ofType = (type: string, content: StateContent["content"]): StateContent => ({
  type,
  stateKey: "",
  content,
});

function roomOf(name: string, change: Partial<NewRoom> = {}): NewRoom {
  return {
    isSpace: false,
    name,
    topic: "",
    powerLevels: NOBODY_BUT_US,
    state: [ofType("m.room.join_rules", { join_rule: "invite" })],
    ...change,
  };
}

const MORNING = {
  type: "eu.townhall.test",
  content: { body: "Guten Morgen" },
  deviceId: "KLAAF",
} as const;

/** Who is in a space may come in by themselves. */
const through = (space: string): StateContent =>
  ofType("m.room.join_rules", {
    join_rule: "restricted",
    allow: [{ type: "m.room_membership", room_id: space }],
  });

const roomClass = (protection: string): StateContent =>
  ofType(ROOM_CLASS_TYPE, { version: 1, protection, record: "fluechtig" });

async function refusalOf(attempt: Promise<unknown>): Promise<unknown> {
  try {
    await attempt;
  } catch (error) {
    return error;
  }
  return "not refused";
}

/**
 * What every adapter of the homeserver port must do: run on the fake and on a real Synapse alike, so
 * that a test on the fake says something about the real one.
 *
 * @param make starts (or finds) the homeserver; called once
 */
export function homeserverContract(name: string, make: () => Promise<HomeserverUnderTest>): void {
  describe(`the homeserver port: ${name}`, () => {
    let on: HomeserverUnderTest;
    let server: Homeserver;
    beforeAll(async () => {
      on = await make();
      server = on.homeserver;
    });
    afterAll(() => on.stop());

    const newUser = (): string => `@${on.newLocalpart()}:${server.serverName}`;
    async function newAccount(): Promise<string> {
      const userId = newUser();
      const mail = `${userId.slice(1).split(":", 1)[0]}@stadt.example`;
      await server.putAccount(userId, { displayName: "Anna Schäfer", mail });
      return userId;
    }
    const sending = (roomId: string, change: Partial<Sending> = {}): Sending => ({
      ...MORNING,
      roomId,
      sender: server.provisioningUser,
      txnId: on.newLocalpart(),
      ...change,
    });
    /** Whether an attempt leaves the number of a room's events as it was. */
    async function makesNoEvent(roomId: string, attempt: () => Promise<void>): Promise<boolean> {
      const before = await on.eventsIn?.(roomId);
      await attempt();
      return (await on.eventsIn?.(roomId)) === before;
    }

    it("answers, and takes us for the provisioning account", async () => {
      await expect(server.check()).resolves.toBeUndefined();
      expect(server.provisioningUser).toMatch(/^@[^:]+:.+$/);
      expect(server.provisioningUser.endsWith(`:${server.serverName}`)).toBe(true);
    });

    describe("accounts", () => {
      it("may be made twice, and changed", async () => {
        const userId = newUser();
        const mail = `${userId.slice(1).split(":", 1)[0]}@stadt.example`;
        const account = { displayName: "Ayşe Öztürk-Müller", mail };
        await server.putAccount(userId, account);
        await server.putAccount(userId, account);
        await server.putAccount(userId, { displayName: "Ayşe Müller", mail: `neu-${mail}` });
        const roomId = await server.createRoom(roomOf("Empfang"));
        await server.invite(roomId, userId);
        await server.join(roomId, userId);
        const member = await server.state(roomId, "m.room.member", userId);
        expect(member?.content).toMatchObject({ displayname: "Ayşe Müller" });
      });
    });

    describe("a locked account", () => {
      it("keeps its places, may be locked twice, and is open again once it is put", async () => {
        const roomId = await server.createRoom(roomOf("Bleibt"));
        const userId = await newAccount();
        await server.invite(roomId, userId);
        await server.join(roomId, userId);
        expect(
          await makesNoEvent(roomId, async () => {
            await server.lockAccount(userId);
            await server.lockAccount(userId);
          }),
        ).toBe(true);
        expect(await server.members(roomId)).toContain(userId);
        const mail = `${userId.slice(1).split(":", 1)[0]}@stadt.example`;
        await server.putAccount(userId, { displayName: "Anna Schäfer", mail });
        const other = await server.createRoom(roomOf("Wieder da"));
        await server.invite(other, userId);
        await server.join(other, userId);
        expect(await server.members(other)).toContain(userId);
      });
    });

    describe("a new room", () => {
      it("has the creators beside us that it was made with, who need no power", async () => {
        const creator = newUser();
        const roomId = await server.createRoom(
          roomOf("Mit Notfallkonto", { additionalCreators: [creator] }),
        );
        const creation = await server.state(roomId, "m.room.create", "");
        expect(creation?.content).toMatchObject({ additional_creators: [creator] });
        expect(await server.members(roomId)).toEqual([server.provisioningUser]);
        await server.setState(roomId, ofType("m.room.power_levels", NOBODY_BUT_US));
      });

      it("is dead once everybody has left: an invitation into it opens nothing", async () => {
        const roomId = await server.createRoom(roomOf("Leer"));
        const userId = await newAccount();
        await server.invite(roomId, userId);
        await server.leave(roomId, server.provisioningUser);
        expect(await refusalOf(server.join(roomId, userId))).toBeInstanceOf(HomeserverError);
      });

      it("is closed to other homeservers unless it is made open to them", async () => {
        for (const federated of [false, true]) {
          const roomId = await server.createRoom(roomOf("Tür", { federated }));
          const creation = await server.state(roomId, "m.room.create", "");
          expect(creation?.content["m.federate"]).toBe(federated);
        }
      });

      it("has its name, its topic and its state from the first moment, by our hand", async () => {
        const marker = { version: 1, kind: "room", unit: "amt-12", template: "general" };
        const roomId = await server.createRoom(
          roomOf("12 Informationsverarbeitung", {
            topic: "Für alle in 12",
            state: [
              ofType(MANAGED_TYPE, marker),
              ofType("m.room.join_rules", { join_rule: "invite" }),
            ],
          }),
        );
        const content = async (type: string) => (await server.state(roomId, type, ""))?.content;
        expect(await content("m.room.name")).toMatchObject({ name: "12 Informationsverarbeitung" });
        expect(await content("m.room.topic")).toMatchObject({ topic: "Für alle in 12" });
        expect(await content("m.room.join_rules")).toMatchObject({ join_rule: "invite" });
        expect(await content("m.room.power_levels")).toMatchObject(NOBODY_BUT_US);
        expect(await server.state(roomId, MANAGED_TYPE, "")).toEqual({
          type: MANAGED_TYPE,
          stateKey: "",
          content: marker,
          sender: server.provisioningUser,
        });
      });

      it("has us in it and nobody else, and is among our rooms", async () => {
        const roomId = await server.createRoom(roomOf("Leer"));
        expect(await server.members(roomId)).toEqual([server.provisioningUser]);
        expect(await server.ownRooms()).toContain(roomId);
      });

      it("stays on this homeserver, for good", async () => {
        const roomId = await server.createRoom(roomOf("Zuhause"));
        const creation = await server.state(roomId, "m.room.create", "");
        expect(creation?.content).toMatchObject({ "m.federate": false });
      });

      it.each([
        [true, "m.space"],
        [false, undefined],
      ])("is a space if it shall be one: %s", async (isSpace, type) => {
        const roomId = await server.createRoom(roomOf("Bereich", { isSpace }));
        const creation = await server.state(roomId, "m.room.create", "");
        expect(creation?.content["type"]).toBe(type);
      });

      it("is another one each time", async () => {
        const first = await server.createRoom(roomOf("Gleich"));
        expect(await server.createRoom(roomOf("Gleich"))).not.toBe(first);
      });
    });

    describe("state", () => {
      it("is undefined where there is none", async () => {
        const roomId = await server.createRoom(roomOf("Ohne"));
        expect(await server.state(roomId, MANAGED_TYPE, "")).toBeUndefined();
        expect(await server.state(roomId, "m.room.topic", "")).toBeUndefined();
      });

      it("is kept by type and key, and overwritten whole", async () => {
        const roomId = await server.createRoom(roomOf("Zustand"));
        const link = { type: "m.space.child", stateKey: "!other" };
        await server.setState(roomId, { ...link, content: { via: ["a"], order: "0001" } });
        await server.setState(roomId, { ...link, stateKey: "!third", content: { via: ["b"] } });
        await server.setState(roomId, { ...link, content: { via: ["c"] } });
        expect((await server.state(roomId, link.type, "!other"))?.content).toEqual({ via: ["c"] });
        expect((await server.state(roomId, link.type, "!third"))?.content).toEqual({ via: ["b"] });
      });

      it("makes no new event where it is so already", async () => {
        const roomId = await server.createRoom(roomOf("Ruhe"));
        const name = ofType("m.room.name", { name: "Ruhe" });
        expect(await makesNoEvent(roomId, () => server.setState(roomId, name))).toBe(true);
      });
    });

    describe("membership", () => {
      it("needs an invitation where nothing else lets a person in", async () => {
        const roomId = await server.createRoom(roomOf("Tür"));
        const userId = await newAccount();
        const refusal = await refusalOf(server.join(roomId, userId));
        expect(refusal).toBeInstanceOf(HomeserverError);
        expect(refusal).toMatchObject({ status: 403, code: "M_FORBIDDEN", retry: "never" });
        await server.invite(roomId, userId);
        expect(await server.members(roomId)).not.toContain(userId);
        await server.join(roomId, userId);
        expect(await server.members(roomId)).toContain(userId);
      });

      it("follows from the space, by one event and without invitation", async () => {
        const space = await server.createRoom(roomOf("Amt", { isSpace: true }));
        const roomId = await server.createRoom(roomOf("Flur", { state: [through(space)] }));
        const [inside, outside] = [await newAccount(), await newAccount()];
        await server.invite(space, inside);
        await server.join(space, inside);
        const before = await on.eventsIn?.(roomId);
        await server.join(roomId, inside);
        const after = await on.eventsIn?.(roomId);
        expect((after ?? 1) - (before ?? 0)).toBe(1);
        expect(await server.members(roomId)).toContain(inside);
        expect(await refusalOf(server.join(roomId, outside))).toMatchObject({ status: 403 });
      });

      it("does not follow from an invitation to the space, nor after leaving it", async () => {
        const space = await server.createRoom(roomOf("Amt", { isSpace: true }));
        const roomId = await server.createRoom(roomOf("Flur", { state: [through(space)] }));
        const userId = await newAccount();
        await server.invite(space, userId);
        expect(await refusalOf(server.join(roomId, userId))).toMatchObject({ status: 403 });
        await server.join(space, userId);
        await server.remove(space, userId, "versetzt");
        expect(await refusalOf(server.join(roomId, userId))).toMatchObject({ status: 403 });
      });

      it("may be asked for again at every step, without a new event", async () => {
        const roomId = await server.createRoom(roomOf("Noch einmal"));
        const userId = await newAccount();
        await server.invite(roomId, userId);
        expect(await makesNoEvent(roomId, () => server.invite(roomId, userId))).toBe(true);
        await server.join(roomId, userId);
        expect(await makesNoEvent(roomId, () => server.join(roomId, userId))).toBe(true);
        expect(await makesNoEvent(roomId, () => server.invite(roomId, userId))).toBe(true);
        expect(await server.members(roomId)).toContain(userId);
      });

      it("ends with removal, which may be asked for again", async () => {
        const roomId = await server.createRoom(roomOf("Abschied"));
        const userId = await newAccount();
        await server.invite(roomId, userId);
        await server.join(roomId, userId);
        await server.remove(roomId, userId, "versetzt");
        expect(await server.members(roomId)).not.toContain(userId);
        const again = () => server.remove(roomId, userId, "versetzt");
        expect(await makesNoEvent(roomId, again)).toBe(true);
        expect(await refusalOf(server.join(roomId, userId))).toMatchObject({ status: 403 });
      });

      it("takes back an invitation, and lets a person be invited once more", async () => {
        const roomId = await server.createRoom(roomOf("Hin und her"));
        const userId = await newAccount();
        await server.invite(roomId, userId);
        await server.remove(roomId, userId, "Irrtum");
        expect(await refusalOf(server.join(roomId, userId))).toMatchObject({ status: 403 });
        await server.invite(roomId, userId);
        await server.join(roomId, userId);
        expect(await server.members(roomId)).toContain(userId);
      });

      it("removes nobody who was never there", async () => {
        const roomId = await server.createRoom(roomOf("Leer"));
        const userId = await newAccount();
        expect(await makesNoEvent(roomId, () => server.remove(roomId, userId, "?"))).toBe(true);
      });
    });

    describe("joining many", () => {
      const closed = roomOf("Amt", { isSpace: true });

      it("brings people in whatever the join rule, each under their own name", async () => {
        const space = await server.createRoom(closed);
        const inside = roomClass("intern");
        const nobodyByThemselves = { join_rule: "restricted", allow: [] };
        const rooms = [
          space,
          await server.createRoom(roomOf("Flur", { state: [inside, through(space)] })),
          await server.createRoom(
            roomOf("Leitung", { state: [inside, ofType("m.room.join_rules", nobodyByThemselves)] }),
          ),
          await server.createRoom(roomOf("Kammer", { state: [inside] })),
        ];
        const people = [await newAccount(), await newAccount(), await newAccount()];
        for (const roomId of rooms) {
          const outcomes = await server.joinMany(roomId, people);
          expect([...outcomes]).toEqual(people.map((userId) => [userId, "joined"]));
          expect(await server.members(roomId)).toEqual(expect.arrayContaining(people));
          const member = await server.state(roomId, "m.room.member", people[1] ?? "");
          expect(member?.content).toMatchObject({
            membership: "join",
            displayname: "Anna Schäfer",
          });
        }
      });

      it("may be asked for again, without a new event for whom is in", async () => {
        const roomId = await server.createRoom(closed);
        const [first, second] = [await newAccount(), await newAccount()];
        await server.joinMany(roomId, [first]);
        await server.joinMany(roomId, [first, second]);
        expect(
          await makesNoEvent(roomId, async () => {
            expect([...(await server.joinMany(roomId, [second, first])).values()]).toEqual([
              "joined",
              "joined",
            ]);
          }),
        ).toBe(true);
      });

      it("asks nothing of anybody for nobody", async () => {
        const roomId = await server.createRoom(closed);
        expect(
          await makesNoEvent(roomId, async () => {
            expect((await server.joinMany(roomId, [])).size).toBe(0);
          }),
        ).toBe(true);
      });

      it("brings in who was invited, who was removed, and more than fit into one request", async () => {
        const roomId = await server.createRoom(closed);
        const people: string[] = [];
        for (let nth = 0; nth < 60; nth += 1) people.push(await newAccount());
        const [invited = "", removed = ""] = people;
        await server.invite(roomId, invited);
        await server.joinMany(roomId, [removed]);
        await server.remove(roomId, removed, "versetzt");
        await server.joinMany(roomId, people);
        expect(await server.members(roomId)).toEqual(expect.arrayContaining(people));
      });

      it("refuses who has no account, and brings in the others", async () => {
        const roomId = await server.createRoom(closed);
        const [first, nobody, second] = [await newAccount(), newUser(), await newAccount()];
        const outcomes = await server.joinMany(roomId, [first, nobody, second]);
        expect(outcomes.get(nobody)).toBeInstanceOf(HomeserverError);
        expect(outcomes.get(nobody)).toMatchObject({ retry: "never" });
        expect([outcomes.get(first), outcomes.get(second)]).toEqual(["joined", "joined"]);
        const members = await server.members(roomId);
        expect(members).toEqual(expect.arrayContaining([first, second]));
        expect(members).not.toContain(nobody);
      });

      it.each([
        ["a confidential room", [roomClass("vertraulich")]],
        ["a room of a class that it does not know", [roomClass("geheim")]],
        ["a room that says nothing of its class", []],
      ])("never enters %s", async (_, state) => {
        const roomId = await server.createRoom(roomOf("Personalrat", { state }));
        const userId = await newAccount();
        expect(
          await makesNoEvent(roomId, async () => {
            const refusal = await refusalOf(server.joinMany(roomId, [userId]));
            expect(refusal).toMatchObject({ status: 403, retry: "never" });
          }),
        ).toBe(true);
      });
    });

    describe("sending", () => {
      it("makes a device once", async () => {
        const userId = await newAccount();
        expect(await server.ensureDevice(userId, "KLAAF")).toBe("made");
        expect(await server.ensureDevice(userId, "KLAAF")).toBe("there");
      });

      it("makes one event of a transaction however often it is sent, also after a restart", async () => {
        await server.ensureDevice(server.provisioningUser, "KLAAF");
        const roomId = await server.createRoom(roomOf("Post"));
        const one = sending(roomId);
        const eventId = await server.send(one);
        expect(eventId).toMatch(/^\$/);
        expect(
          await makesNoEvent(roomId, async () => {
            expect(await server.send(one)).toBe(eventId);
            await on.restart?.();
            expect(await server.send(one)).toBe(eventId);
          }),
        ).toBe(true);
        expect(await server.send(sending(roomId))).not.toBe(eventId);
      });

      it("sends in another's name, each with transactions of their own", async () => {
        const roomId = await server.createRoom(roomOf("Zu zweit"));
        const userId = await newAccount();
        await server.invite(roomId, userId);
        await server.join(roomId, userId);
        await server.ensureDevice(userId, "KLAAF");
        await server.ensureDevice(server.provisioningUser, "KLAAF");
        const first = await server.send(sending(roomId, { sender: userId }));
        expect(await server.send(sending(roomId))).not.toBe(first);
      });

      it("is refused for good without the device, and to a room that the sender is not in", async () => {
        const roomId = await server.createRoom(roomOf("Ohne"));
        const userId = await newAccount();
        expect(await refusalOf(server.send(sending(roomId, { sender: userId })))).toMatchObject({
          code: "M_UNKNOWN_DEVICE",
          retry: "never",
          mayBeDone: false,
        });
        await server.ensureDevice(userId, "KLAAF");
        expect(await refusalOf(server.send(sending(roomId, { sender: userId })))).toMatchObject({
          code: "M_FORBIDDEN",
          retry: "never",
          mayBeDone: false,
        });
      });
    });

    describe("a file", () => {
      it("comes back as it was put, byte by byte", async () => {
        const bytes = Uint8Array.from({ length: 70_000 }, (_, at) => (at * 31) % 256);
        const file = { bytes, contentType: "image/png", filename: "37 & Süd.png" };
        const address = await server.upload(file);
        expect(address).toMatch(new RegExp(`^mxc://${server.serverName}/.+$`));
        const back = await on.download(address);
        expect(back.contentType).toBe("image/png");
        expect(Buffer.from(back.bytes).equals(bytes)).toBe(true);
      });
    });

    it("refuses what it asks of a room that is not there, for good", async () => {
      const userId = await newAccount();
      for (const attempt of [
        () => server.join("!nowhere", userId),
        () => server.invite("!nowhere", userId),
        () => server.joinMany("!nowhere", [userId]),
        () => server.setState("!nowhere", ofType("m.room.name", { name: "x" })),
        () => server.members("!nowhere"),
      ]) {
        const refusal = await refusalOf(attempt());
        expect(refusal).toBeInstanceOf(HomeserverError);
        expect(refusal).toMatchObject({ retry: "never" });
      }
    });
  });
}
