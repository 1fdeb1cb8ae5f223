import { createHash } from "node:crypto";
import type {
  Organisation,
  OrganisationSource,
  Problem,
  Quarantined as Quarantine,
} from "../organisation/index.ts";
import { looksLikeAnotherBase } from "../organisation/index.ts";
import type { Database } from "../storage/index.ts";

/** A source's answer that can be planned with. */
export type Answer = {
  readonly organisation: Organisation;
  readonly quarantined: readonly Quarantine[];
  /** SHA-256 of what it says, hexadecimal. */
  readonly contentHash: string;
};

export type ReadAnswer =
  | { readonly kind: "ok"; readonly answer: Answer }
  | { readonly kind: "invalid"; readonly problems: readonly Problem[] };

/** How a source stands. */
export type SourceRecord = {
  readonly id: string;
  readonly name: string | undefined;
  readonly contentHash: string | undefined;
  /** Whether people had its first plan carried out; ISO 8601. */
  readonly confirmedAt: string | undefined;
  /** The answer that was undone. */
  readonly suspendedHash: string | undefined;
  readonly readAt: string | undefined;
  readonly answeredAt: string | undefined;
  readonly people: number;
  readonly units: number;
  readonly problems: readonly Readonly<Record<string, unknown>>[];
  readonly quarantined: readonly Readonly<Record<string, unknown>>[];
};

export type SourceDeskOptions = {
  readonly id: string;
  readonly source: OrganisationSource;
  readonly db: Database;
  readonly now: () => Date;
  /** An answer that has not come by then is none, in milliseconds. */
  readonly timeoutMs: number;
};

/** Reads the source, and keeps how it answered. An answer that cannot be trusted changes nothing. */
export class SourceDesk {
  readonly #options: SourceDeskOptions;

  constructor(options: SourceDeskOptions) {
    this.#options = options;
  }

  async read(): Promise<ReadAnswer> {
    const { now, source, timeoutMs } = this.#options;
    const read = await within(timeoutMs, source.read());
    const before = await this.record();
    const wrong =
      read.kind === "ok" ? await this.#wrongBase(read.organisation, before) : read.problems;
    const at = now();
    if (read.kind === "invalid" || wrong.length > 0) {
      await this.#put({ problems: JSON.stringify(wrong.slice(0, 1000)), read_at: at });
      return { kind: "invalid", problems: wrong };
    }
    const { organisation } = read;
    const quarantined = read.quarantined ?? [];
    const contentHash = createHash("sha256")
      .update(JSON.stringify([organisation, quarantined]))
      .digest("hex");
    await this.#put({
      problems: "[]",
      quarantined: JSON.stringify(quarantined.slice(0, 1000)),
      content_hash: contentHash,
      people: organisation.people.length,
      units: organisation.units.length,
      read_at: at,
      answered_at: at,
    });
    return { kind: "ok", answer: { organisation, quarantined, contentHash } };
  }

  async record(): Promise<SourceRecord> {
    const { db, id } = this.#options;
    const row = await db
      .selectFrom("source_state")
      .selectAll()
      .where("id", "=", id)
      .executeTakeFirst();
    return {
      id,
      name: row?.name ?? undefined,
      contentHash: row?.content_hash ?? undefined,
      confirmedAt: row?.confirmed_at?.toISOString(),
      suspendedHash: row?.suspended_hash ?? undefined,
      readAt: row?.read_at?.toISOString(),
      answeredAt: row?.answered_at?.toISOString(),
      people: row?.people ?? 0,
      units: row?.units ?? 0,
      problems: row?.problems ?? [],
      quarantined: row?.quarantined ?? [],
    };
  }

  /** People had this answer carried out: the source is known from now on, and nothing of it is suspended. */
  async confirm({ organisation }: Answer): Promise<void> {
    const { confirmedAt } = await this.record();
    await this.#put({
      name: organisation.name,
      suspended_hash: null,
      ...(confirmedAt === undefined ? { confirmed_at: this.#options.now() } : {}),
    });
  }

  /** The answer was undone: it is not applied again by itself. */
  async suspend(contentHash: string): Promise<void> {
    await this.#put({ suspended_hash: contentHash });
  }

  /** An answer about somebody else: another town, or another branch of the directory. */
  async #wrongBase(organisation: Organisation, before: SourceRecord): Promise<readonly Problem[]> {
    if (before.confirmedAt === undefined) return [];
    if (before.name !== undefined && before.name !== organisation.name) {
      return [
        {
          path: "name",
          message: `is "${organisation.name}", and was "${before.name}": this is the answer of another source`,
        },
      ];
    }
    const accounts = await this.#options.db
      .selectFrom("account")
      .select("source_id")
      .where("locked_at", "is", null)
      .where("applied", "is not", null)
      .execute();
    return looksLikeAnotherBase(
      accounts.map((row) => row.source_id),
      organisation.people.map((person) => person.id),
    )
      ? [
          {
            path: "people",
            message:
              "almost nobody of those known before is named: this is the answer of another base",
          },
        ]
      : [];
  }

  async #put(values: Partial<SourceRow>): Promise<void> {
    const { db, id } = this.#options;
    await db
      .insertInto("source_state")
      .values({ ...NEW_SOURCE, ...values, id })
      .onConflict((conflict) => conflict.column("id").doUpdateSet(values))
      .execute();
  }
}

type SourceRow = {
  name: string | null;
  content_hash: string | null;
  confirmed_at: Date | null;
  suspended_hash: string | null;
  read_at: Date | null;
  answered_at: Date | null;
  people: number;
  units: number;
  problems: string;
  quarantined: string;
};

const NEW_SOURCE: SourceRow = {
  name: null,
  content_hash: null,
  confirmed_at: null,
  suspended_hash: null,
  read_at: null,
  answered_at: null,
  people: 0,
  units: 0,
  problems: "[]",
  quarantined: "[]",
};

/** The answer, or that it did not come. A source that comes too late is not listened to. */
async function within(
  ms: number,
  reading: ReturnType<OrganisationSource["read"]>,
): ReturnType<OrganisationSource["read"]> {
  const late = Promise.withResolvers<Awaited<typeof reading>>();
  const timer = setTimeout(
    () =>
      late.resolve({
        kind: "invalid",
        problems: [{ path: "", message: `the source did not answer within ${ms / 1000} s` }],
      }),
    ms,
  );
  try {
    return await Promise.race([reading, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
