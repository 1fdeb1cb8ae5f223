import type { CardFunction, PersonCard } from "@klaaf/protocol";
import { displayNameOf, titleOf } from "../organisation/index.ts";
import type { Unit } from "../organisation/index.ts";
import type { Entry, KnownOrganisation } from "./directory.ts";
import type { Sight, Viewer } from "./visibility.ts";

export type CardContext = {
  readonly units: ReadonlyMap<string, Unit>;
  readonly groupNames: ReadonlyMap<string, string>;
};

export function cardContextOf({ groups, units }: KnownOrganisation): CardContext {
  return {
    units: new Map(units.map((unit) => [unit.id, unit])),
    groupNames: new Map(groups.map(({ id, name }) => [id, name])),
  };
}

/** The card of somebody as a viewer may see it. */
export function cardOf(
  { person, userId }: Entry,
  sight: Exclude<Sight, "nothing">,
  options: {
    readonly viewer: Viewer;
    readonly guest: boolean;
    readonly groups: ReadonlySet<string> | undefined;
    readonly context: CardContext;
  },
): PersonCard {
  const { context, groups, guest, viewer } = options;
  const whole = sight === "whole";
  const functions = person.memberships.flatMap((membership): CardFunction[] => {
    const unit = context.units.get(membership.unit);
    if (unit === undefined || !(whole || viewer.units.has(unit.id))) return [];
    return [
      {
        unit: { id: unit.id, title: titleOf(unit) },
        function: membership.function,
        ...(membership.title === undefined ? {} : { title: membership.title }),
      },
    ];
  });
  const groupNames = [...(groups ?? [])].flatMap((id) => {
    const name = whole || viewer.groups.has(id) ? context.groupNames.get(id) : undefined;
    return name === undefined ? [] : [name];
  });
  const { mail, phone, room } = person;
  return {
    userId,
    name: displayNameOf(person),
    givenName: person.givenName,
    familyName: person.familyName,
    guest,
    functions,
    groups: groupNames,
    ...(whole ? { mail } : {}),
    ...(whole && phone !== undefined ? { phone } : {}),
    ...(whole && room !== undefined ? { room } : {}),
  };
}
