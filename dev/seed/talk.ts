import type { Membership, Organisation } from "../../appservice/src/organisation/index.ts";
import { signIns } from "../sample-city/sign-ins.ts";
import type { Conversation, Speaker } from "./conversations.ts";
import { askAppservice, onHomeserver } from "./server.ts";
import type { SeedServer } from "./server.ts";
import { workingMoment } from "./working-days.ts";

/** Marks a sample message, so that a second start finds what the first one said. */
const SAMPLE_KEY = "eu.townhall.sample";

const FUNCTION_OF = { head: "head", deputy: "deputy" } as const;

/** The source id of a speaker in a unit, or undefined where the city has nobody at that place. */
export function speakerId(
  organisation: Organisation,
  unit: string,
  speaker: Speaker,
): string | undefined {
  const named = signIns.find(({ person }) => person.givenName === speaker);
  if (named !== undefined) return named.person.id;
  const fixed = new Set(signIns.map(({ person }) => person.id));
  const inUnit = (wanted: Membership["function"]) =>
    organisation.people.filter(({ memberships }) =>
      memberships.some((one) => one.unit === unit && one.function === wanted),
    );
  if (speaker === "head" || speaker === "deputy") return inUnit(FUNCTION_OF[speaker])[0]?.id;
  const place = Number(speaker.split(" ")[1]);
  return inUnit("member").filter(({ id }) => !fixed.has(id))[place - 1]?.id;
}

/**
 * Lets a room's people say what has not been said there yet. Safe to repeat: what was said is read
 * from the room itself.
 *
 * @returns how many messages were sent
 */
export async function talk(
  server: SeedServer,
  organisation: Organisation,
  { unit, room, lines }: Conversation,
  now: Date,
): Promise<number> {
  const roomId = (await askAppservice(server, `/units/${unit}/rooms/${room}`))?.["roomId"];
  if (typeof roomId !== "string") return 0;
  const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}`;
  const said = await alreadySaid(server, path);
  let sent = 0;
  for (const [index, [daysBefore, at, speaker, text]] of lines.entries()) {
    const key = `${unit}/${room}/${index}`;
    if (said.has(key)) continue;
    const sourceId = speakerId(organisation, unit, speaker);
    const userId =
      sourceId === undefined
        ? undefined
        : (await askAppservice(server, `/people/${sourceId}`))?.["userId"];
    if (typeof userId !== "string") continue;
    const query = new URLSearchParams({
      user_id: userId,
      ts: String(workingMoment(now, daysBefore, at).getTime()),
    });
    await onHomeserver(
      server,
      "PUT",
      `${path}/send/m.room.message/${encodeURIComponent(key)}?${query.toString()}`,
      { msgtype: "m.text", body: text, [SAMPLE_KEY]: key },
    );
    sent += 1;
  }
  return sent;
}

async function alreadySaid(server: SeedServer, roomPath: string): Promise<ReadonlySet<string>> {
  const filter = JSON.stringify({ types: ["m.room.message"] });
  // From the room's beginning: sample talk comes before what people write later.
  const query = new URLSearchParams({ dir: "f", limit: "100", filter });
  const { chunk } = await onHomeserver(server, "GET", `${roomPath}/messages?${query.toString()}`);
  const events: readonly unknown[] = Array.isArray(chunk) ? chunk : [];
  return new Set(
    events.flatMap((event) => {
      const content =
        typeof event === "object" && event !== null && "content" in event ? event.content : {};
      const key =
        typeof content === "object" && content !== null && SAMPLE_KEY in content
          ? content[SAMPLE_KEY]
          : undefined;
      return typeof key === "string" ? [key] : [];
    }),
  );
}
