import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseOrganisation } from "../../appservice/src/organisation/index.ts";
import { defaultPolicy } from "../../appservice/src/testing/policy.ts";
import { paths } from "../paths.ts";
import { conversations } from "./conversations.ts";
import { speakerId } from "./talk.ts";

const parsed = parseOrganisation(readFileSync(paths.sampleCity, "utf8"));
if (parsed.kind === "invalid") throw new Error("The sample city is invalid.");
const { organisation } = parsed;

test("everybody who speaks in a sample room is a member of it", () => {
  const strangers = conversations.flatMap(({ unit, room, lines }) => {
    const template = defaultPolicy.templates.find(({ id }) => id === room);
    return lines
      .filter(([, , speaker]) => {
        const id = speakerId(organisation, unit, speaker);
        const membership = organisation.people
          .find((person) => person.id === id)
          ?.memberships.find((one) => one.unit === unit);
        const below = new Set(
          organisation.units.filter(({ parent }) => parent === unit).map((one) => one.id),
        );
        const leadsBelow =
          template?.withLeadsBelow === true &&
          organisation.people
            .find((person) => person.id === id)
            ?.memberships.some((one) => below.has(one.unit) && one.function !== "member");
        return (
          leadsBelow !== true &&
          (membership === undefined || template?.members.includes(membership.function) !== true)
        );
      })
      .map(([, , speaker]) => `${unit}/${room}: ${speaker}`);
  });
  expect(strangers).toEqual([]);
});

test("in a sample room people speak in the order of time", () => {
  for (const { unit, room, lines } of conversations) {
    const moments = lines.map(([daysBefore, at]) => `${1 - daysBefore} ${at}`);
    expect(moments, `${unit}/${room}`).toEqual(moments.toSorted());
  }
});

test("in a room of announcements only those who lead speak", () => {
  for (const { lines } of conversations.filter(({ room }) => room === "announcements")) {
    for (const [, , speaker] of lines) expect(["head", "deputy", "Thomas"]).toContain(speaker);
  }
});
