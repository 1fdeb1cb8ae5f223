import { MOST_PAGES, MOST_PEOPLE_A_PAGE } from "@klaaf/protocol";
import type {
  EmployeePolicy,
  OrganisationTree,
  OwnProfile,
  PeoplePage,
  PersonCard,
} from "@klaaf/protocol";
import type { PersonCaller } from "../access/index.ts";
import type { DirectorySource, Entry } from "./directory.ts";
import { Disclosure } from "./disclosure.ts";
import { Pace } from "./pace.ts";
import { readQuery } from "./query.ts";
import { DoorRefusal } from "./refusal.ts";
import { treeFor } from "./tree.ts";
import { DirectoryView } from "./view.ts";
import type { Viewer } from "./visibility.ts";

export type EmployeeDoorOptions = {
  readonly source: DirectorySource;
  readonly policy: () => EmployeePolicy;
  readonly now: () => number;
  readonly disclosure?: Disclosure;
  readonly pace?: Pace;
};

export type PeopleQuery = {
  readonly text: string;
  /** From 1. */
  readonly page: number;
  readonly limit: number;
};

/** How often what is over is forgotten, in milliseconds. */
const SWEEP_EVERY_MS = 3_600_000;

type Asking = {
  readonly view: DirectoryView;
  readonly viewer: Viewer;
  readonly entry: Entry;
};

/**
 * The employee's door: what a person may know of the organisation. It remembers nothing of what was
 * asked, but how many people each person was shown today.
 */
export class EmployeeDoor {
  readonly #options: EmployeeDoorOptions;
  readonly #disclosure: Disclosure;
  readonly #pace: Pace;
  #view: DirectoryView | undefined;
  #sweptAt = 0;

  constructor(options: EmployeeDoorOptions) {
    this.#options = options;
    this.#disclosure = options.disclosure ?? new Disclosure();
    this.#pace = options.pace ?? new Pace();
    // Made when it changes, so that the first who asks need not wait for it.
    options.source.subscribe(() => this.#current());
  }

  /** @throws DoorRefusal `not-ready`, `unknown`, `too-fast` — as all that follow */
  profile(caller: PersonCaller): OwnProfile {
    const { entry, view, viewer } = this.#asking(caller);
    const card = view.card(viewer, entry);
    if (card === undefined) throw new DoorRefusal("unknown");
    return { ...card, roles: [...caller.roles] };
  }

  /** @throws DoorRefusal `too-short`; `seen-enough` if all that was found are more than one may see today */
  search(caller: PersonCaller, { limit, page, text }: PeopleQuery): PeoplePage {
    const { view, viewer } = this.#asking(caller);
    const terms = readQuery(text);
    if (terms === undefined) throw new DoorRefusal("too-short");
    const size = Math.min(limit, MOST_PEOPLE_A_PAGE);
    const entries = view.directory.entries;
    const near = view.nearness(viewer);
    const found = view.index.search(terms, {
      mayFind: (index) => {
        const entry = entries[index];
        return entry !== undefined && view.sight(viewer, entry) !== "nothing";
      },
      nearness: (index) => near[index] ?? 0,
      namesOnly: viewer.guest,
      most: size * MOST_PAGES + 1,
    });
    const here = found
      .slice((page - 1) * size, page * size)
      .flatMap((index) => entries[index] ?? []);
    const shown = this.#disclose(view, viewer, here);
    return {
      people: shown.flatMap((entry) => view.card(viewer, entry) ?? []),
      ...(found.length > page * size && page < MOST_PAGES ? { next: page + 1 } : {}),
      cut: found.length > size * MOST_PAGES || shown.length < here.length,
    };
  }

  /** @throws DoorRefusal `no-such-person`, `seen-enough` */
  card(caller: PersonCaller, userId: string): PersonCard {
    const { view, viewer } = this.#asking(caller);
    const entry = view.entryOf(userId);
    const card = entry === undefined ? undefined : view.card(viewer, entry);
    if (entry === undefined || card === undefined) throw new DoorRefusal("no-such-person");
    this.#disclose(view, viewer, [entry]);
    return card;
  }

  organisation(caller: PersonCaller): OrganisationTree {
    const { view, viewer } = this.#asking(caller);
    return treeFor(viewer, view.directory, view.counts);
  }

  policy(caller: PersonCaller): EmployeePolicy {
    this.#asking(caller);
    return this.#options.policy();
  }

  /** Those who may be shown to the viewer today, counted. */
  #disclose(view: DirectoryView, viewer: Viewer, entries: readonly Entry[]): readonly Entry[] {
    const now = this.#options.now();
    const taken = new Set(
      this.#disclosure.take(
        viewer.sourceId,
        entries.map(({ userId }) => userId),
        {
          now,
          people: view.directory.entries.length,
          free: (userId) => view.isOfOwnUnit(viewer, userId),
        },
      ),
    );
    if (entries.length > 0 && taken.size === 0)
      throw new DoorRefusal("seen-enough", this.#disclosure.waitMs(viewer.sourceId, now));
    return entries.filter(({ userId }) => taken.has(userId));
  }

  #asking(caller: PersonCaller): Asking {
    const now = this.#options.now();
    if (now - this.#sweptAt >= SWEEP_EVERY_MS) {
      this.#sweptAt = now;
      this.#pace.sweep(now);
      this.#disclosure.sweep(now);
    }
    const waitMs = this.#pace.take(caller.sourceId, now);
    if (waitMs > 0) throw new DoorRefusal("too-fast", waitMs);
    const view = this.#current();
    if (view === undefined) throw new DoorRefusal("not-ready");
    const known = view.viewer(caller.sourceId);
    // Whoever is locked has no entry: a session that outlived the lock opens nothing.
    if (known === undefined || known.entry.userId !== caller.userId)
      throw new DoorRefusal("unknown");
    return { view, ...known };
  }

  #current(): DirectoryView | undefined {
    const directory = this.#options.source.current();
    if (directory !== undefined && directory.version !== this.#view?.directory.version)
      this.#view = new DirectoryView(directory);
    return this.#view;
  }
}
