import type { Organisation, Person, Unit, UnitFunction } from "../organisation/index.ts";
import type { Policy } from "../policy/index.ts";
import type { DesiredNote } from "./desired-room.ts";

/** Somebody's place in a unit. */
export type Place = {
  readonly sourceId: string;
  readonly userId: string;
  readonly function: UnitFunction;
  /** Leads it for want of somebody who does, with the power of a head. */
  readonly standsIn: boolean;
};

/** Who has a place where; the units' own people first, in the organisation's order. */
export type Places = {
  readonly of: (unit: string) => readonly Place[];
  readonly notes: readonly DesiredNote[];
};

export const isLead = (place: Place): boolean =>
  place.standsIn || place.function === "head" || place.function === "deputy";

/**
 * Finds everybody's places, and who stands in where a unit has people and no head: its deputies, else
 * those who lead above it, so that no room is left without anybody who leads it.
 */
export function placesOf(
  { people, units }: Organisation,
  standIn: Policy["standIn"],
  userIdOf: (sourceId: string) => string,
): Places {
  const own = ownPlaces(people, userIdOf);
  const parents = new Map(units.map((unit) => [unit.id, unit.parent]));
  const notes: DesiredNote[] = [];
  const all = new Map<string, readonly Place[]>();
  for (const { id } of units) {
    const here = own.get(id) ?? [];
    const { note, places } = withStandIns(id, here, standIn, () => leadsAbove(id, own, parents));
    all.set(id, places);
    if (note !== undefined) notes.push(note);
  }
  return { of: (unit) => all.get(unit) ?? [], notes };
}

function ownPlaces(
  people: readonly Person[],
  userIdOf: (sourceId: string) => string,
): ReadonlyMap<string, readonly Place[]> {
  const places = new Map<string, Place[]>();
  for (const { id, memberships } of people) {
    for (const { function: is, unit } of memberships) {
      const place = { sourceId: id, userId: userIdOf(id), function: is, standsIn: false };
      const known = places.get(unit);
      if (known === undefined) places.set(unit, [place]);
      else known.push(place);
    }
  }
  return places;
}

function withStandIns(
  unit: string,
  here: readonly Place[],
  standIn: Policy["standIn"],
  above: () => readonly Place[],
): { readonly places: readonly Place[]; readonly note?: DesiredNote } {
  const is = (what: UnitFunction) => here.filter((place) => place.function === what);
  // A unit without people has no rooms that somebody could lead.
  if (here.length === 0 || is("head").length > 0) return { places: here };
  const note = (rule: DesiredNote["rule"], who: readonly Place[]): DesiredNote => ({
    rule,
    owner: unit,
    of: who.map(({ sourceId }) => sourceId),
  });
  const deputies = is("deputy");
  if (standIn !== "nobody" && deputies.length > 0) {
    return {
      places: here.map((place) =>
        place.function === "deputy" ? { ...place, standsIn: true } : place,
      ),
      note: note("deputies-stand-in", deputies),
    };
  }
  const leads = standIn === "above" && deputies.length === 0 ? above() : [];
  if (leads.length === 0)
    return {
      places: here,
      ...(deputies.length === 0 ? { note: note("nobody-leads", []) } : {}),
    };
  const ids = new Set(leads.map(({ sourceId }) => sourceId));
  const known = new Set(here.map(({ sourceId }) => sourceId));
  return {
    places: [
      ...here.map((place) => (ids.has(place.sourceId) ? { ...place, standsIn: true } : place)),
      ...leads
        .filter(({ sourceId }) => !known.has(sourceId))
        .map((place): Place => ({ ...place, function: "head", standsIn: true })),
    ],
    note: note("leads-above-stand-in", leads),
  };
}

/** The heads, or else the deputies, of the nearest unit above that has either. */
function leadsAbove(
  unit: string,
  own: ReadonlyMap<string, readonly Place[]>,
  parents: ReadonlyMap<string, Unit["parent"]>,
): readonly Place[] {
  for (let at = parents.get(unit); at !== undefined; at = parents.get(at)) {
    const places = own.get(at) ?? [];
    for (const what of ["head", "deputy"] as const) {
      const found = places.filter((place) => place.function === what);
      if (found.length > 0) return found;
    }
  }
  return [];
}
