import type { Group, Person } from "../organisation/index.ts";
import type { KnownOrganisation } from "./directory.ts";

/** What of somebody another person may see. */
export type Sight =
  /** Everything on the card. */
  | "whole"
  /** Name and the functions in what they share: what the member list of a shared room tells anyway. */
  | "name"
  | "nothing";

/** Somebody who asks, and what decides on whom they may find. */
export type Viewer = {
  readonly sourceId: string;
  /** Guest wherever they are, or nowhere: not one of the staff. */
  readonly guest: boolean;
  readonly units: ReadonlySet<string>;
  /** Groups across units, by id. */
  readonly groups: ReadonlySet<string>;
};

/** People whom only those of their own unit may find: `hidden` in the organisation's file. */
export const isHidden = (person: Person): boolean => person.hidden === true;

/** Whoever is not staff somewhere is a guest; nobody becomes staff for want of an entry. */
export const isGuest = (person: Person): boolean =>
  person.memberships.every((membership) => membership.function === "guest");

/** Who asks, seen through the organisation. */
export function viewerOf(
  person: Person,
  groupsOf: ReadonlyMap<string, ReadonlySet<string>>,
): Viewer {
  return {
    sourceId: person.id,
    guest: isGuest(person),
    units: new Set(person.memberships.map(({ unit }) => unit)),
    groups: groupsOf.get(person.id) ?? new Set(),
  };
}

/** A group's people: its lead is one of them whether or not the members name them. */
export const peopleOf = ({ lead, members }: Group): readonly string[] => [
  ...new Set(lead === undefined ? members : [lead, ...members]),
];

/** The groups that each person is in, by source id. */
export function groupsByPerson({
  groups,
}: KnownOrganisation): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const group of groups) {
    for (const member of peopleOf(group)) {
      const known = found.get(member);
      if (known === undefined) found.set(member, new Set([group.id]));
      else known.add(group.id);
    }
  }
  return found;
}

/**
 * What a viewer may see of a person. The one rule of the door: search, card and everything else ask here.
 *
 * - Everybody sees themselves.
 * - Staff see staff and guests; a hidden person is seen by staff of the same unit alone.
 * - A guest sees the name of who is in the same unit or group, unless that person is hidden.
 */
export function sightOf(
  viewer: Viewer,
  person: Person,
  groups: ReadonlySet<string> | undefined,
): Sight {
  if (viewer.sourceId === person.id) return "whole";
  const sharesUnit = person.memberships.some(({ unit }) => viewer.units.has(unit));
  if (!viewer.guest) return !isHidden(person) || sharesUnit ? "whole" : "nothing";
  if (isHidden(person)) return "nothing";
  const shares = sharesUnit || [...(groups ?? [])].some((group) => viewer.groups.has(group));
  return shares ? "name" : "nothing";
}
