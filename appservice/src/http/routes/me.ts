import {
  EmployeePolicy,
  MOST_PAGES,
  MOST_PEOPLE_A_PAGE,
  OrganisationTree,
  OwnProfile,
  PeoplePage,
  PersonCard,
} from "@klaaf/protocol";
import { z } from "zod";
import { DoorRefusal } from "../../people/index.ts";
import type { EmployeeDoor } from "../../people/index.ts";
import { HttpProblem } from "../problem.ts";
import { defineEmployeeRoute } from "../route.ts";
import type { Answer, Route } from "../route.ts";

/** As many as a field for searching offers at once. */
const PEOPLE_A_PAGE = 10;

/** The employee's door: what a person may know of the organisation. */
export function employeeRoutes(door: EmployeeDoor): readonly Route[] {
  return [
    defineEmployeeRoute({
      method: "GET",
      path: "/me",
      tag: "Employee",
      summary: "One's own profile, as colleagues see it, and one's roles",
      answers: { 200: { description: "The profile", schema: OwnProfile } },
      handle: async (_input, caller) => answer(() => door.profile(caller)),
    }),
    defineEmployeeRoute({
      method: "GET",
      path: "/me/people",
      tag: "Employee",
      summary: "Finds people by name, department, function, desk or extension",
      description:
        "Every word must be found, by its beginning, in any order. A search shows the first " +
        `${MOST_PEOPLE_A_PAGE * MOST_PAGES} at most and says no total; within a day a person is shown a ` +
        "share of the directory at most. Guests find those of their own units and groups alone.",
      query: z.strictObject({
        q: z.string().max(200),
        page: z.coerce.number().int().min(1).max(MOST_PAGES).default(1),
        limit: z.coerce.number().int().min(1).max(MOST_PEOPLE_A_PAGE).default(PEOPLE_A_PAGE),
      }),
      answers: { 200: { description: "A page of cards", schema: PeoplePage } },
      handle: async ({ query: { limit, page, q } }, caller) =>
        answer(() => door.search(caller, { text: q, page, limit })),
    }),
    defineEmployeeRoute({
      method: "GET",
      path: "/me/people/{userId}",
      tag: "Employee",
      summary: "A person's card, by Matrix ID",
      params: z.strictObject({ userId: z.string().min(1).max(255) }),
      answers: { 200: { description: "The card", schema: PersonCard } },
      handle: async ({ params }, caller) => answer(() => door.card(caller, params.userId)),
    }),
    defineEmployeeRoute({
      method: "GET",
      path: "/me/organisation",
      tag: "Employee",
      summary: "The organisation's tree, with the spaces",
      answers: {
        200: {
          description: "All units; a guest's own ones",
          schema: OrganisationTree,
        },
      },
      handle: async (_input, caller) => answer(() => door.organisation(caller)),
    }),
    defineEmployeeRoute({
      method: "GET",
      path: "/me/policy",
      tag: "Employee",
      summary: "What a client has to know of the house's rules",
      answers: {
        200: { description: "The rules", schema: EmployeePolicy },
      },
      handle: async (_input, caller) => answer(() => door.policy(caller)),
    }),
  ];
}

function answer(work: () => unknown): Answer {
  try {
    return { status: 200, body: work() };
  } catch (error) {
    if (error instanceof DoorRefusal) throw problemOf(error);
    throw error;
  }
}

function problemOf({ reason, waitMs }: DoorRefusal): HttpProblem {
  switch (reason) {
    case "not-ready":
      return new HttpProblem("unavailable", "No organisation was accepted yet.");
    case "unknown":
      return new HttpProblem("forbidden", "You have no account in use in this organisation.");
    case "too-short":
      return new HttpProblem(
        "bad_request",
        "The query of the request is not of the expected form.",
        [{ pointer: "/q", detail: "must have a word of two letters or digits" }],
      );
    case "no-such-person":
      return new HttpProblem("not_found", "There is nobody with this Matrix ID, or not for you.");
    case "too-fast":
      return new HttpProblem("too_many_requests", undefined, undefined, waitMs);
    case "seen-enough":
      return new HttpProblem(
        "too_many_requests",
        "You have been shown as many people as one may see within a day.",
        undefined,
        waitMs,
      );
  }
}
