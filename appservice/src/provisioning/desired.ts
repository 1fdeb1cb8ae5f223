import { displayNameOf } from "../organisation/index.ts";
import type { Organisation, Unit } from "../organisation/index.ts";
import type { Policy } from "../policy/index.ts";
import type { DesiredNote, DesiredRoom } from "./desired-room.ts";
import { roomOfGroup } from "./group-rooms.ts";
import { placesOf } from "./places.ts";
import { roomOfProject } from "./project-rooms.ts";
import { roomsOfUnit } from "./unit-rooms.ts";

export type { DesiredNote, DesiredRoom, StatePiece } from "./desired-room.ts";

export type DesiredAccount = {
  readonly sourceId: string;
  readonly userId: string;
  readonly displayName: string;
  readonly mail: string;
};

/** What the homeserver shall look like: the organisation, seen through the policy. */
export type Desired = {
  readonly accounts: readonly DesiredAccount[];
  readonly rooms: readonly DesiredRoom[];
  readonly notes: readonly DesiredNote[];
};

/** What the organisation does not say of the place and the day. */
export type Surroundings = {
  /** The Matrix ID that was chosen for a person, by source id. */
  readonly userIdOf: (sourceId: string) => string;
  /** Our homeserver's name. */
  readonly serverName: string;
  /** ISO date: projects end. */
  readonly today: string;
};

/**
 * Computes the desired state. Pure and total: the same organisation gives the same answer, in the
 * organisation's own order.
 */
export function desiredState(
  organisation: Organisation,
  policy: Policy,
  surroundings: Surroundings,
): Desired {
  const { serverName, userIdOf } = surroundings;
  const { groups, people, projects, units } = organisation;
  const creators = policy.breakGlass.accounts.map((localpart) => `@${localpart}:${serverName}`);
  const places = placesOf(organisation, policy.standIn, userIdOf);
  const children = new Map<string, Unit[]>();
  for (const unit of units) {
    if (unit.parent === undefined) continue;
    const known = children.get(unit.parent);
    if (known === undefined) children.set(unit.parent, [unit]);
    else known.push(unit);
  }
  const ofProjects = projects.map((project) =>
    roomOfProject(project, policy, surroundings, creators),
  );
  return {
    accounts: people.map((person) => ({
      sourceId: person.id,
      userId: userIdOf(person.id),
      displayName: displayNameOf(person),
      mail: person.mail,
    })),
    rooms: [
      ...units.flatMap((unit) =>
        roomsOfUnit(unit, children.get(unit.id) ?? [], policy, places, creators),
      ),
      ...groups.flatMap((group) => roomOfGroup(group, policy, userIdOf, creators)),
      ...ofProjects.flatMap(({ rooms }) => rooms),
    ],
    notes: [...places.notes, ...ofProjects.flatMap(({ notes }) => notes)],
  };
}
