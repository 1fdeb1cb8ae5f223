import { cardContextOf, cardOf } from "./card.ts";
import type { CardContext } from "./card.ts";
import type { PersonCard } from "@klaaf/protocol";
import type { Directory, Entry } from "./directory.ts";
import { PersonIndex } from "./person-index.ts";
import { staffingOf } from "./staff.ts";
import type { Staffing } from "./staff.ts";
import { countPeople } from "./tree.ts";
import type { Counts } from "./tree.ts";
import { groupsByPerson, isGuest, sightOf, viewerOf } from "./visibility.ts";
import type { Sight, Viewer } from "./visibility.ts";

/** A directory made ready to be asked: everything that is the same for all who ask. */
export class DirectoryView {
  readonly directory: Directory;
  readonly index: PersonIndex;
  readonly counts: Counts;
  readonly #context: CardContext;
  readonly #groups: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #byUserId: ReadonlyMap<string, number>;
  readonly #bySourceId: ReadonlyMap<string, number>;
  readonly #staffing: Staffing;
  readonly #places: ReadonlyMap<string, number>;
  /** The office that each unit belongs to, by place. */
  readonly #officeOf: ReadonlyMap<string, number>;

  constructor(directory: Directory) {
    const { entries, organisation } = directory;
    this.directory = directory;
    this.#staffing = staffingOf(directory);
    this.index = new PersonIndex(directory, this.#staffing);
    this.counts = countPeople(directory);
    this.#context = cardContextOf(organisation);
    this.#groups = groupsByPerson(organisation);
    this.#byUserId = new Map(entries.map(({ userId }, index) => [userId, index]));
    this.#bySourceId = new Map(entries.map(({ person }, index) => [person.id, index]));
    this.#places = new Map(organisation.units.map(({ id }, place) => [id, place]));
    this.#officeOf = officesOf(directory);
  }

  /** Who asks, and their own entry; undefined if they have no account in use here. */
  viewer(sourceId: string): { readonly viewer: Viewer; readonly entry: Entry } | undefined {
    const entry = this.#entryAt(this.#bySourceId.get(sourceId));
    return entry === undefined
      ? undefined
      : { viewer: viewerOf(entry.person, this.#groups), entry };
  }

  entryOf(userId: string): Entry | undefined {
    return this.#entryAt(this.#byUserId.get(userId));
  }

  sight(viewer: Viewer, { person }: Entry): Sight {
    return sightOf(viewer, person, this.#groups.get(person.id));
  }

  /** The card of somebody, or undefined if the viewer may see nothing of them. */
  card(viewer: Viewer, entry: Entry): PersonCard | undefined {
    const sight = this.sight(viewer, entry);
    if (sight === "nothing") return undefined;
    return cardOf(entry, sight, {
      viewer,
      guest: isGuest(entry.person),
      groups: this.#groups.get(entry.person.id),
      context: this.#context,
    });
  }

  isOfOwnUnit(viewer: Viewer, userId: string): boolean {
    const entry = this.entryOf(userId);
    return (
      entry !== undefined &&
      (entry.person.id === viewer.sourceId ||
        entry.person.memberships.some(({ unit }) => viewer.units.has(unit)))
    );
  }

  /** How near everybody stands to a viewer: 2 in the same unit, 1 in the same office, else 0. */
  nearness(viewer: Viewer): Uint8Array {
    const near = new Uint8Array(this.directory.entries.length);
    const mark = (list: readonly number[] | undefined, as: number) => {
      for (const index of list ?? []) near[index] = as;
    };
    for (const unit of viewer.units) {
      const office = this.#officeOf.get(unit);
      if (office === undefined) continue;
      mark(this.#staffing.here[office], 1);
      mark(this.#staffing.below[office], 1);
    }
    for (const unit of viewer.units) mark(this.#staffing.here[this.#places.get(unit) ?? -1], 2);
    return near;
  }

  #entryAt(index: number | undefined): Entry | undefined {
    return index === undefined ? undefined : this.directory.entries[index];
  }
}

/** The office (or school) that each unit belongs to: the highest one above it, or itself. */
function officesOf({ organisation: { units } }: Directory): ReadonlyMap<string, number> {
  const places = new Map(units.map(({ id }, place) => [id, place]));
  return new Map(
    units.flatMap(({ id }): [string, number][] => {
      let office: number | undefined;
      const seen = new Set<number>();
      let place = places.get(id);
      while (place !== undefined && !seen.has(place)) {
        seen.add(place);
        const unit = units[place];
        if (unit?.kind === "office" || unit?.kind === "school") office = place;
        place = unit?.parent === undefined ? undefined : places.get(unit.parent);
      }
      return office === undefined ? [] : [[id, office]];
    }),
  );
}
