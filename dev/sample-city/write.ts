import { titleOf } from "../../appservice/src/organisation/index.ts";
import type {
  Organisation,
  Person,
  Project,
  Unit,
} from "../../appservice/src/organisation/index.ts";

/** A YAML scalar on one line: plain where that is safe, quoted where not. */
function scalar(text: string): string {
  return /^[A-Za-zÀ-ž][\wÀ-ž .@/+*-]*$/.test(text) &&
    !/^(true|false|null|yes|no|on|off)$/i.test(text)
    ? text
    : JSON.stringify(text);
}

function flow(fields: Readonly<Record<string, string | undefined>>): string {
  const parts = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
  return `{ ${parts.join(", ")} }`;
}

function unitLine(unit: Unit): string {
  return `  - ${flow({
    id: scalar(unit.id),
    parent: unit.parent === undefined ? undefined : scalar(unit.parent),
    kind: unit.kind,
    number: unit.number === undefined ? undefined : JSON.stringify(unit.number),
    name: scalar(unit.name),
    mark: unit.mark === undefined ? undefined : JSON.stringify(unit.mark),
  })}`;
}

function personLines(person: Person): string {
  const head = flow({
    givenName: scalar(person.givenName),
    familyName: scalar(person.familyName),
    mail: person.mail,
    phone: person.phone === undefined ? undefined : JSON.stringify(person.phone),
    room: person.room === undefined ? undefined : JSON.stringify(person.room),
    id: person.id,
    memberships: `[${person.memberships
      .map((one) =>
        flow({
          unit: scalar(one.unit),
          function: one.function,
          title: one.title === undefined ? undefined : scalar(one.title),
        }),
      )
      .join(", ")}]`,
  });
  return `  - ${head}`;
}

function projectLine(project: Project): string {
  return `  - ${flow({
    id: project.id,
    name: scalar(project.name),
    topic: project.topic === undefined ? undefined : scalar(project.topic),
    mark: project.mark === undefined ? undefined : JSON.stringify(project.mark),
    owner: project.owner,
    until: project.until,
    partners: `[${project.partners
      .map(({ people, server }) =>
        flow({
          server: scalar(server),
          people: `[${people.map((one) => JSON.stringify(one)).join(", ")}]`,
        }),
      )
      .join(", ")}]`,
    members: `[${project.members.join(", ")}]`,
  })}`;
}

/** Writes an organisation as a file that a person can read: one line each, people under their unit. */
export function writeOrganisation(organisation: Organisation, head: readonly string[]): string {
  const units = new Map(organisation.units.map((unit) => [unit.id, unit]));
  let under: string | undefined;
  const people = organisation.people.flatMap((person) => {
    const unit = person.memberships[0]?.unit;
    const title =
      unit === under
        ? []
        : [`  # ${titleOf(units.get(unit ?? "") ?? { name: "ohne Bereich", number: undefined })}`];
    under = unit;
    return [...title, personLines(person)];
  });
  return `${[
    ...head.map((line) => `# ${line}`),
    "version: 1",
    `name: ${scalar(organisation.name)}`,
    "",
    "units:",
    ...organisation.units.map(unitLine),
    "",
    "people:",
    ...people,
    "",
    "groups:",
    ...organisation.groups.map(
      (group) =>
        `  - ${flow({
          id: group.id,
          name: scalar(group.name),
          mark: group.mark === undefined ? undefined : JSON.stringify(group.mark),
          lead: group.lead,
          members: `[${group.members.join(", ")}]`,
        })}`,
    ),
    "",
    "projects:",
    ...organisation.projects.map(projectLine),
  ].join("\n")}\n`;
}
