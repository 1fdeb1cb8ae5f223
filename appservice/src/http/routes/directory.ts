import { z } from "zod";
import { roomKey, spaceKey } from "../../provisioning/index.ts";
import type { Provisioner } from "../../provisioning/index.ts";
import { nextOf, pageQuery, textPlace } from "../paging.ts";
import { HttpProblem } from "../problem.ts";
import { defineRoute, READERS } from "../route.ts";
import type { Route } from "../route.ts";

const word = z.string().min(1).max(200);
const Room = z.object({ roomId: z.string() });

/** People, units and rooms: who stands for whom, and why somebody is where they are. */
export function directoryRoutes(provisioner: Provisioner): readonly Route[] {
  const known = async (key: string) => {
    const roomId = await provisioner.mirror.roomIdOf(key);
    if (roomId === undefined) throw new HttpProblem("not_found", "There is no such room.");
    return { status: 200, body: { roomId } };
  };
  return [
    defineRoute({
      method: "GET",
      path: "/people/{id}",
      tag: "People",
      summary: "The account of a person, and why they are in each of their rooms",
      access: READERS,
      params: z.strictObject({ id: word }),
      answers: {
        200: {
          description: "The person",
          schema: z.object({
            userId: z.string(),
            state: z.enum(["chosen", "active", "locked"]),
            lockedAt: z.string().optional(),
            rooms: z.array(
              z.object({
                room: z.string(),
                roomId: z.string(),
                /** In words of the source: `amt-12 as head`. */
                because: z.array(z.string()),
              }),
            ),
          }),
        },
      },
      async handle({ params }) {
        const person = await provisioner.whois(params.id);
        if (person === undefined)
          throw new HttpProblem("not_found", "There is no person with this id.");
        return { status: 200, body: person };
      },
    }),
    defineRoute({
      method: "GET",
      path: "/units/{unit}/space",
      tag: "Units",
      summary: "The space of a unit",
      access: READERS,
      params: z.strictObject({ unit: word }),
      answers: { 200: { description: "Its room id", schema: Room } },
      handle: ({ params }) => known(spaceKey(params.unit)),
    }),
    defineRoute({
      method: "GET",
      path: "/units/{unit}/rooms/{template}",
      tag: "Units",
      summary: "A unit's room by its template",
      access: READERS,
      params: z.strictObject({ unit: word, template: word }),
      answers: { 200: { description: "Its room id", schema: Room } },
      handle: ({ params }) => known(roomKey(params.unit, params.template)),
    }),
    defineRoute({
      method: "GET",
      path: "/rooms",
      tag: "Rooms",
      summary: "The managed rooms, by key",
      access: READERS,
      query: z.strictObject(pageQuery("rooms", textPlace, 200)),
      answers: {
        200: {
          description: "One page; `next` is the cursor of the next one",
          schema: z.object({
            rooms: z.array(z.object({ key: z.string(), roomId: z.string(), members: z.number() })),
            next: z.string().optional(),
          }),
        },
      },
      async handle({ query }) {
        const rooms = await provisioner.mirror.rooms(query.limit, query.after);
        const next = nextOf("rooms", rooms, query.limit, ({ key }) => key);
        return { status: 200, body: { rooms, ...next } };
      },
    }),
  ];
}
