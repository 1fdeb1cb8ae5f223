import { createHash } from "node:crypto";
import { spaceKey } from "../provisioning/index.ts";
import type { Database } from "../storage/index.ts";
import { withThoseWhoStay } from "./directory.ts";
import type { Directory, DirectorySource, KnownOrganisation } from "./directory.ts";
import { loadSnapshot, saveSnapshot, storedVersion } from "./snapshot.ts";
import type { Snapshot } from "./snapshot.ts";

/** The directory as it lies in the store: the accepted organisation, accounts and spaces. */
export class StoredDirectory implements DirectorySource {
  readonly #db: Database;
  readonly #listeners = new Set<() => void>();
  #current: Directory | undefined;
  #snapshot: Snapshot | undefined;
  #accepted: KnownOrganisation | undefined;
  #mark = "";
  #last: Promise<void> = Promise.resolve();

  constructor(db: Database) {
    this.#db = db;
  }

  current(): Directory | undefined {
    return this.#current;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * An organisation was accepted: it is stored, and found from now on. Who is in it no more stays to be
   * found as long as they have access: their lock may wait for two people's approval.
   */
  async accept(organisation: KnownOrganisation, takenAt: Date): Promise<void> {
    // A repair between two readings is of what was accepted before.
    if (organisation === this.#accepted) return;
    const before = this.#snapshot ?? (await loadSnapshot(this.#db));
    const rows = await this.#db
      .selectFrom("account")
      .select("source_id")
      .where("locked_at", "is", null)
      .execute();
    const active = new Set(rows.map((row) => row.source_id));
    const now = withThoseWhoStay(organisation, before?.organisation, (id) => active.has(id));
    this.#snapshot = await saveSnapshot(this.#db, now, takenAt);
    this.#accepted = organisation;
    await this.refresh();
  }

  /** Looks whether another run or another copy of the program changed something; reads little if not. */
  async poll(): Promise<void> {
    if ((await this.#markOf()) !== this.#mark) await this.refresh();
  }

  /** Reads again. One reading at a time: the last one wins. */
  refresh(): Promise<void> {
    const refresh = this.#last.then(() => this.#refresh());
    this.#last = refresh.catch(() => {});
    return refresh;
  }

  async #refresh(): Promise<void> {
    const mark = await this.#markOf();
    if ((await storedVersion(this.#db)) !== this.#snapshot?.version)
      this.#snapshot = await loadSnapshot(this.#db);
    const snapshot = this.#snapshot;
    if (snapshot === undefined) return;
    const [accounts, rooms] = await Promise.all([
      this.#db
        .selectFrom("account")
        .select(["source_id", "user_id"])
        .where("applied", "is not", null)
        .where("locked_at", "is", null)
        .execute(),
      this.#db.selectFrom("managed_room").select(["key", "room_id"]).execute(),
    ]);
    const active = new Map(accounts.map((row) => [row.source_id, row.user_id]));
    const roomIds = new Map(rooms.map((row) => [row.key, row.room_id]));
    const { organisation, version } = snapshot;
    const entries = organisation.people.flatMap((person) => {
      const userId = active.get(person.id);
      return userId === undefined ? [] : [{ person, userId }];
    });
    const spaces = new Map(
      organisation.units.flatMap(({ id }): [string, string][] => {
        const roomId = roomIds.get(spaceKey(id));
        return roomId === undefined ? [] : [[id, roomId]];
      }),
    );
    this.#mark = mark;
    // Nothing is made anew for a run that changed nobody.
    const fresh = `${version} ${digest(JSON.stringify([entries.map(({ userId }) => userId), [...spaces]]))}`;
    if (fresh === this.#current?.version) return;
    this.#current = { version: fresh, organisation, entries, spaces };
    for (const listener of this.#listeners) listener();
  }

  /** Changes when a source was accepted, a run came to its end, or an account was made or locked. */
  async #markOf(): Promise<string> {
    const [version, runs, accounts, spaces] = await Promise.all([
      storedVersion(this.#db),
      this.#db
        .selectFrom("run")
        .select(({ fn }) => [fn.countAll().as("runs"), fn.max("finished_at").as("last")])
        .executeTakeFirst(),
      this.#db
        .selectFrom("account")
        .select(({ fn }) => [fn.count("locked_at").as("locked"), fn.max("locked_at").as("last")])
        .select(({ fn }) => fn.countAll().filterWhere("applied", "is", null).as("waiting"))
        .executeTakeFirst(),
      this.#db
        .selectFrom("managed_room")
        .select(({ fn }) => fn.countAll().as("made"))
        .executeTakeFirst(),
    ]);
    return JSON.stringify([
      version,
      String(runs?.runs),
      runs?.last,
      [String(accounts?.waiting), String(accounts?.locked), accounts?.last],
      String(spaces?.made),
    ]);
  }
}

const digest = (text: string): string => createHash("sha256").update(text).digest("base64url");
