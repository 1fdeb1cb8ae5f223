import { afterEach, describe, expect, it } from "vitest";
import type { Rooms, Timeline } from "../door.ts";
import { startEngine } from "./engine.ts";
import type { Engine } from "./service.ts";

// Answers that no honest server gives, but another server's rooms can bring about.
const me = "@me:stadt.example";
const jonas = "@jonas:stadt.example";
const engines: Engine[] = [];
afterEach(() => {
  for (const engine of engines.splice(0)) engine.stop();
});

/** A homeserver that has one answer to the first sync, and then nothing new. */
function start(rooms: unknown): Engine {
  const fetch: typeof globalThis.fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.pathname.endsWith("/versions")) return answer({ versions: ["v1.12"] });
    if (url.pathname.endsWith("/pushrules/")) return answer({ global: {} });
    if (url.pathname.endsWith("/filter")) return answer({ filter_id: "1" });
    if (!url.pathname.endsWith("/sync")) return answer({});
    if (!url.searchParams.has("since")) return answer({ next_batch: "s1", rooms });
    return new Promise((_, reject) => {
      init?.signal?.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
    });
  };
  const engine = startEngine(
    {
      homeserverUrl: "http://server.example",
      userId: me,
      deviceId: "D",
      accessToken: "t",
      displayName: "Ich",
    },
    {
      fetch,
      now: () => 0,
      later(milliseconds, run) {
        const timer = setTimeout(run, milliseconds);
        return () => clearTimeout(timer);
      },
    },
  );
  engines.push(engine);
  return engine;
}

const answer = async (body: unknown) => Response.json(body);

let events = 0;
const event = (part: object) => {
  events += 1;
  return {
    event_id: `$${events}`,
    type: "m.room.message",
    sender: jonas,
    origin_server_ts: 1000 + events,
    content: { msgtype: "m.text", body: "x" },
    ...part,
  };
};
const text = (body: string) => event({ content: { msgtype: "m.text", body } });
const joined = (userId: string) =>
  event({
    type: "m.room.member",
    sender: userId,
    state_key: userId,
    content: { membership: "join", displayname: "Jonas" },
  });
const create = () =>
  event({ type: "m.room.create", state_key: "", content: { room_version: "12" } });

const room = (timeline: readonly unknown[], state: readonly unknown[] = []) => ({
  state: { events: [create(), joined(me), joined(jonas), ...state] },
  timeline: { events: timeline, limited: false, prev_batch: "p" },
  summary: { "m.joined_member_count": 2 },
});

function first<T>(watch: (listener: (value: T) => void) => unknown): Promise<T> {
  return new Promise((resolve) => {
    watch(resolve);
  });
}

async function textsIn(timeline: readonly unknown[], state?: readonly unknown[]) {
  const engine = start({ join: { "!a": room(timeline, state) } });
  const rooms = await first<Rooms>((listener) => engine.watches.rooms(listener));
  const opened = await first<Timeline>((listener) => engine.watches.timeline(listener, "!a"));
  expect(structuredClone([rooms, opened])).toEqual([rooms, opened]);
  return opened.items.filter((item) => item.kind === "text").map((item) => item.text);
}

const nonsense: readonly unknown[] = [null, 5, "text", [], {}, [null], { a: null }];
const relation = (value: unknown) => ({ content: { body: "x", "m.relates_to": value } });

/** Each breaks one thing about an event. */
const broken: readonly (readonly [string, object])[] = [
  ...nonsense.map((content) => [`content ${JSON.stringify(content)}`, { content }] as const),
  ...nonsense.map((sender) => [`sender ${JSON.stringify(sender)}`, { sender }] as const),
  ...nonsense.map((id) => [`event id ${JSON.stringify(id)}`, { event_id: id }] as const),
  ...nonsense.map((type) => [`type ${JSON.stringify(type)}`, { type }] as const),
  ...nonsense.map((ts) => [`time ${JSON.stringify(ts)}`, { origin_server_ts: ts }] as const),
  ...nonsense.map((unsigned) => [`unsigned ${JSON.stringify(unsigned)}`, { unsigned }] as const),
  ...nonsense.map((one) => [`relation ${JSON.stringify(one)}`, relation(one)] as const),
  ...nonsense.map(
    (id) =>
      [`reply ${JSON.stringify(id)}`, relation({ "m.in_reply_to": { event_id: id } })] as const,
  ),
  ...nonsense.map(
    (id) =>
      [`edit of ${JSON.stringify(id)}`, relation({ rel_type: "m.replace", event_id: id })] as const,
  ),
  ...[
    "m.room.member",
    "m.room.name",
    "m.room.power_levels",
    "m.room.encryption",
    "m.space.child",
    "m.room.canonical_alias",
    "m.beacon_info",
    "m.room.third_party_invite",
    "org.matrix.msc3401.call.member",
  ].flatMap((type) =>
    nonsense.map(
      (content) =>
        [`${type} ${JSON.stringify(content)}`, { type, state_key: "@x:y", content }] as const,
    ),
  ),
  ...[
    "m.room.redaction",
    "m.reaction",
    "m.poll.start",
    "m.poll.response",
    "m.room.encrypted",
    "m.beacon",
    "org.matrix.msc3531.visibility",
  ].flatMap((type) =>
    nonsense.map((content) => [`${type} ${JSON.stringify(content)}`, { type, content }] as const),
  ),
];

describe("one broken event among honest ones", () => {
  it.each(broken)("does not take them along: %s", async (_, part) => {
    const texts = await textsIn([text("davor"), event(part), text("danach")]);
    expect(texts).toEqual(expect.arrayContaining(["davor", "danach"]));
  });

  it.each(broken)("as state does not take the room along: %s", async (_, part) => {
    const state = event({ state_key: "@x:y", ...part });
    expect(await textsIn([text("da")], [state])).toContain("da");
  });
});

it("one broken room does not take the others along", async () => {
  const engine = start({
    join: {
      "!broken": { state: 5, timeline: { events: "none" }, summary: [], unread_notifications: "x" },
      "!empty": {},
      "!a": room([text("da")]),
    },
    invite: { "!invited": { invite_state: 7 } },
    leave: { "!left": { timeline: null } },
  });
  const rooms = await first<Rooms>((listener) => engine.watches.rooms(listener));
  expect(rooms.rooms.find(({ id }) => id === "!a")?.last?.text).toBe("da");
});
