import { FUNCTIONS, markOf, titleOf } from "../organisation/index.ts";
import type { Unit } from "../organisation/index.ts";
import type { Policy, RoomTemplate } from "../policy/index.ts";
import type { DesiredRoom } from "./desired-room.ts";
import { roomKey, spaceKey } from "./keys.ts";
import { isLead } from "./places.ts";
import type { Place, Places } from "./places.ts";
import { confidentialPowerLevels, powerLevels } from "./power-levels.ts";
import {
  BY_OUR_WORD,
  entryOf,
  fill,
  history,
  isConfidential,
  marker,
  NO_GUESTS,
  roomState,
} from "./room-parts.ts";

/** A unit's space and rooms. A room for nobody is no room; it is made when somebody comes. */
export function roomsOfUnit(
  unit: Unit,
  below: readonly Unit[],
  policy: Policy,
  places: Places,
  additionalCreators: readonly string[],
): readonly DesiredRoom[] {
  const rooms = policy.templates
    .filter((template) => template.kinds.includes(unit.kind))
    .map((template) => roomFrom(template, unit, below, policy, places, additionalCreators))
    .filter((room) => room.members.length > 0);
  const childKeys = [...rooms.map(({ key }) => key), ...below.map(({ id }) => spaceKey(id))];
  const space: DesiredRoom = {
    key: spaceKey(unit.id),
    isSpace: true,
    owner: unit.id,
    name: titleOf(unit),
    topic: fill(policy.spaces.topic, wordsOf(unit)),
    picture: { mark: markOf(unit), of: unit.id },
    powerLevels: powerLevels("leads", new Map()),
    state: [
      markerOf(unit, undefined),
      BY_OUR_WORD,
      history("shared"),
      NO_GUESTS,
      ...(unit.parent === undefined
        ? []
        : [{ kind: "parent", space: spaceKey(unit.parent) } as const]),
      ...childKeys.map(
        (room, index) => ({ kind: "child", room, order: String(index).padStart(4, "0") }) as const,
      ),
    ],
    additionalCreators,
    federated: false,
    entry: "managed",
    // Not the leads from below: the space would let them into rooms that are for this unit's people.
    members: [...new Set(places.of(unit.id).map(({ userId }) => userId))],
    invited: [],
  };
  return [space, ...rooms];
}

function roomFrom(
  template: RoomTemplate,
  unit: Unit,
  below: readonly Unit[],
  policy: Policy,
  places: Places,
  additionalCreators: readonly string[],
): DesiredRoom {
  const own = places.of(unit.id);
  const leadsBelow = template.withLeadsBelow
    ? below.flatMap(({ id }) => places.of(id)).filter(isLead)
    : [];
  const here = own.filter((place) => belongs(place, template));
  const powers = new Map(here.map((place) => [place.userId, powerOf(place, policy)]));
  return {
    key: roomKey(unit.id, template.id),
    isSpace: false,
    owner: unit.id,
    name: fill(template.name, wordsOf(unit)),
    topic: fill(template.topic, wordsOf(unit)),
    picture: { mark: markOf(unit), of: unit.id },
    powerLevels: isConfidential(template)
      ? confidentialPowerLevels(template.writers, powers, template.inviters)
      : powerLevels(template.writers, powers),
    state: roomState(template, policy, {
      marker: markerOf(unit, template.id),
      door: isForWholeUnit(template)
        ? { kind: "join-through", space: spaceKey(unit.id) }
        : undefined,
      parent: { kind: "parent", space: spaceKey(unit.id) },
    }),
    additionalCreators,
    federated: false,
    entry: entryOf(template),
    members: [...new Set([...here, ...leadsBelow].map(({ userId }) => userId))],
    invited: [],
  };
}

/** Who stands in for the head is where the head would be. */
const belongs = (place: Place, { members }: RoomTemplate): boolean =>
  members.includes(place.function) || (place.standsIn && members.includes("head"));

const powerOf = (place: Place, { power }: Policy): number =>
  place.standsIn ? power.head : power[place.function];

/**
 * Whether everybody in the unit's space belongs here: only then may the space open the door. A room
 * for some of them is entered on our word alone.
 */
const isForWholeUnit = ({ members, withLeadsBelow }: RoomTemplate): boolean =>
  !withLeadsBelow && FUNCTIONS.every((one) => members.includes(one));

const wordsOf = (unit: Unit) => ({ unit: titleOf(unit), short: unit.number ?? unit.name });

const markerOf = (unit: Unit, template: string | undefined) =>
  marker({
    kind: template === undefined ? "space" : "room",
    unit: unit.id,
    ...(template === undefined ? {} : { template }),
    mark: markOf(unit),
    unitKind: unit.kind,
  });
