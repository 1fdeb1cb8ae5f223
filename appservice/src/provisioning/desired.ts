import type { ManagedContent, RoomClassContent } from "@klaaf/protocol";
import { MANAGED_TYPE, ROOM_CLASS_TYPE } from "@klaaf/protocol";
import { displayNameOf, FUNCTIONS, markOf, titleOf } from "../organisation/index.ts";
import type { Membership, Organisation, Person, Unit } from "../organisation/index.ts";
import type { Policy, RoomTemplate } from "../policy/index.ts";

/** One piece of a room's state; other rooms are named by key, since their ids may not exist yet. */
export type StatePiece =
  | {
      readonly kind: "plain";
      readonly type: string;
      readonly content: Readonly<Record<string, unknown>>;
    }
  /** Members of that space may come in by themselves. */
  | { readonly kind: "join-through"; readonly space: string }
  | { readonly kind: "parent"; readonly space: string }
  /** Without an order the link is taken away (an empty `m.space.child`). */
  | { readonly kind: "child"; readonly room: string; readonly order: string | undefined };

export type DesiredRoom = {
  /** `space:<unit>` or `room:<unit>:<template>`; never changes while the unit lives. */
  readonly key: string;
  readonly isSpace: boolean;
  readonly unit: string;
  readonly name: string;
  readonly topic: string;
  readonly powerLevels: Readonly<Record<string, unknown>>;
  readonly state: readonly StatePiece[];
  /** `managed`: we let people in; `invitation`: its members do, and we are not in it. */
  readonly entry: "managed" | "invitation";
  /** Matrix IDs. */
  readonly members: readonly string[];
  /** Matrix IDs on other servers: invited, never let in by us. */
  readonly invited: readonly string[];
};

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
};

export const spaceKey = (unit: string): string => `space:${unit}`;
export const roomKey = (unit: string, template: string): string => `room:${unit}:${template}`;

/** The unit that a space's or room's key is of. A unit's id may hold colons, a template's may not. */
export function unitOfKey(key: string): string {
  const rest = key.slice(key.indexOf(":") + 1);
  return key.startsWith("space:") ? rest : rest.slice(0, rest.lastIndexOf(":"));
}

/**
 * Computes the desired state. Pure and total: the same organisation gives the same answer, in the
 * organisation's own order.
 *
 * @param userIdOf the Matrix ID that was chosen for a person, by source id
 */
export function desiredState(
  organisation: Organisation,
  policy: Policy,
  userIdOf: (sourceId: string) => string,
): Desired {
  const roster = rosterOf(organisation, userIdOf);
  const children = new Map<string, Unit[]>();
  for (const unit of organisation.units) {
    if (unit.parent !== undefined)
      children.set(unit.parent, [...(children.get(unit.parent) ?? []), unit]);
  }
  return {
    accounts: organisation.people.map((person) => ({
      sourceId: person.id,
      userId: userIdOf(person.id),
      displayName: displayNameOf(person),
      mail: person.mail,
    })),
    rooms: organisation.units.flatMap((unit) =>
      roomsOf(unit, children.get(unit.id) ?? [], policy, (id) => roster.get(id) ?? []),
    ),
  };
}

type Place = { readonly userId: string; readonly function: Membership["function"] };

function rosterOf(
  { people }: Organisation,
  userIdOf: (sourceId: string) => string,
): ReadonlyMap<string, readonly Place[]> {
  const roster = new Map<string, Place[]>();
  const add = (person: Person, membership: Membership) => {
    const places = roster.get(membership.unit) ?? [];
    places.push({ userId: userIdOf(person.id), function: membership.function });
    roster.set(membership.unit, places);
  };
  for (const person of people) for (const membership of person.memberships) add(person, membership);
  return roster;
}

/**
 * Nobody comes in by themselves, and on our word by one event, where an invitation would be a second.
 * Whoever was invited may come in as well.
 */
const BY_OUR_WORD: StatePiece = {
  kind: "plain",
  type: "m.room.join_rules",
  content: { join_rule: "restricted", allow: [] },
};

function roomsOf(
  unit: Unit,
  below: readonly Unit[],
  policy: Policy,
  places: (unit: string) => readonly Place[],
): readonly DesiredRoom[] {
  const rooms = policy.templates
    .filter((template) => template.kinds.includes(unit.kind))
    .map((template) => roomFrom(template, unit, below, policy, places))
    // A room for nobody is no room; it is made when somebody comes.
    .filter((room) => room.members.length > 0);
  const childKeys = [...rooms.map(({ key }) => key), ...below.map(({ id }) => spaceKey(id))];
  const space: DesiredRoom = {
    key: spaceKey(unit.id),
    isSpace: true,
    unit: unit.id,
    name: titleOf(unit),
    topic: fill(policy.spaces.topic, unit),
    powerLevels: powerLevels("leads", []),
    state: [
      plain(MANAGED_TYPE, marker(unit, undefined)),
      BY_OUR_WORD,
      plain("m.room.history_visibility", { history_visibility: "shared" }),
      plain("m.room.guest_access", { guest_access: "forbidden" }),
      ...(unit.parent === undefined
        ? []
        : [{ kind: "parent", space: spaceKey(unit.parent) } as const]),
      ...childKeys.map(
        (room, index) => ({ kind: "child", room, order: String(index).padStart(4, "0") }) as const,
      ),
    ],
    entry: "managed",
    invited: [],
    // Not the leads from below: the space would let them into rooms that are for this unit's people.
    members: [...new Set(places(unit.id).map(({ userId }) => userId))],
  };
  return [space, ...rooms];
}

function roomFrom(
  template: RoomTemplate,
  unit: Unit,
  below: readonly Unit[],
  policy: Policy,
  places: (unit: string) => readonly Place[],
): DesiredRoom {
  const own = places(unit.id);
  const leadsBelow = template.withLeadsBelow
    ? below.flatMap(({ id }) => places(id)).filter(isLead)
    : [];
  const members = [
    ...own.filter((place) => template.members.includes(place.function)),
    ...leadsBelow,
  ];
  const roomClass: RoomClassContent = {
    version: 1,
    protection: template.protection,
    record: "fluechtig",
  };
  return {
    key: roomKey(unit.id, template.id),
    isSpace: false,
    unit: unit.id,
    name: fill(template.name, unit),
    topic: fill(template.topic, unit),
    powerLevels: powerLevels(
      template.writers,
      own
        .map(({ userId, function: is }) => [userId, policy.power[is]] as const)
        .filter(([, power]) => power > 0),
    ),
    state: [
      plain(MANAGED_TYPE, marker(unit, template.id)),
      plain(ROOM_CLASS_TYPE, roomClass),
      isForWholeUnit(template)
        ? { kind: "join-through", space: spaceKey(unit.id) }
        : template.protection === "vertraulich"
          ? plain("m.room.join_rules", { join_rule: "invite" })
          : BY_OUR_WORD,
      { kind: "parent", space: spaceKey(unit.id) },
      plain("m.room.history_visibility", { history_visibility: "shared" }),
      plain("m.room.guest_access", { guest_access: "forbidden" }),
    ],
    entry: "managed",
    members: [...new Set(members.map(({ userId }) => userId))],
    invited: [],
  };
}

/**
 * Whether everybody in the unit's space belongs here: only then may the space open the door. A room
 * for some of them is entered by invitation alone.
 */
const isForWholeUnit = ({ members, withLeadsBelow }: RoomTemplate): boolean =>
  !withLeadsBelow && FUNCTIONS.every((one) => members.includes(one));

const isLead = (place: Place): boolean => place.function === "head" || place.function === "deputy";

function plain(type: string, content: Readonly<Record<string, unknown>>): StatePiece {
  return { kind: "plain", type, content };
}

function marker(unit: Unit, template: string | undefined): ManagedContent {
  return {
    version: 1,
    kind: template === undefined ? "space" : "room",
    unit: unit.id,
    ...(template === undefined ? {} : { template }),
    mark: markOf(unit),
    unitKind: unit.kind,
  };
}

/**
 * Power in a managed room. The provisioning account is its creator and stands above all levels
 * (room version 12), so it must not be named here. Name, members and rules are the organisation's:
 * nobody else may change them.
 */
function powerLevels(
  writers: RoomTemplate["writers"],
  leads: readonly (readonly [string, number])[],
): Readonly<Record<string, unknown>> {
  return {
    users: Object.fromEntries(leads),
    users_default: 0,
    events_default: writers === "everyone" ? 0 : 50,
    state_default: 100,
    invite: 100,
    kick: 100,
    ban: 100,
    redact: 50,
    notifications: { room: 50 },
    events: {
      "m.room.name": 100,
      "m.room.avatar": 100,
      "m.room.topic": 100,
      "m.room.canonical_alias": 100,
      "m.room.history_visibility": 100,
      "m.room.power_levels": 100,
      "m.room.encryption": 100,
      "m.room.server_acl": 100,
      "m.room.tombstone": 150,
      "m.room.pinned_events": 50,
      "m.reaction": 0,
      "m.room.redaction": 0,
    },
  };
}

function fill(text: string, unit: Unit): string {
  return text.replaceAll("{unit}", titleOf(unit)).replaceAll("{short}", unit.number ?? unit.name);
}
