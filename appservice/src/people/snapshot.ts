import { createHash } from "node:crypto";
import { z } from "zod";
import { FUNCTIONS, UNIT_KINDS } from "../organisation/index.ts";
import type { KnownOrganisation } from "./directory.ts";
import type { Database } from "../storage/index.ts";

/** An accepted organisation with the name of just this state of it. */
export type Snapshot = { readonly version: string; readonly organisation: KnownOrganisation };

/**
 * What the door needs of a stored organisation. Checked, since another version of the program may have
 * written it; what is unknown is passed over.
 */
const Stored = z.object({
  name: z.string(),
  units: z.array(
    z.looseObject({
      id: z.string(),
      parent: z.string().optional(),
      kind: z.enum(UNIT_KINDS),
      number: z.string().optional(),
      name: z.string(),
      mark: z.string().optional(),
    }),
  ),
  people: z.array(
    z.looseObject({
      id: z.string(),
      givenName: z.string(),
      familyName: z.string(),
      mail: z.string(),
      phone: z.string().optional(),
      room: z.string().optional(),
      hidden: z.boolean().optional(),
      memberships: z.array(
        z.looseObject({
          unit: z.string(),
          function: z.enum(FUNCTIONS),
          title: z.string().optional(),
        }),
      ),
    }),
  ),
  groups: z.array(
    z.looseObject({
      id: z.string(),
      name: z.string(),
      lead: z.string().optional(),
      members: z.array(z.string()),
    }),
  ),
});

/**
 * Keeps the organisation that was accepted last, so that people are found right after a restart, before
 * the source was read. Writes nothing where nothing changed.
 *
 * @param db the store, or a transaction of it
 */
export async function saveSnapshot(
  db: Database,
  organisation: KnownOrganisation,
  takenAt: Date,
): Promise<Snapshot> {
  const content = JSON.stringify(organisation);
  const version = createHash("sha256").update(content).digest("base64url");
  if ((await storedVersion(db)) === version) return { version, organisation };
  const row = { version, content, taken_at: takenAt };
  await db
    .insertInto("organisation_snapshot")
    .values({ id: 1, ...row })
    .onConflict((conflict) => conflict.column("id").doUpdateSet(row))
    .execute();
  return { version, organisation };
}

/** The version that is stored; undefined before anything was accepted. */
export async function storedVersion(db: Database): Promise<string | undefined> {
  const row = await db
    .selectFrom("organisation_snapshot")
    .select("version")
    .where("id", "=", 1)
    .executeTakeFirst();
  return row?.version;
}

/** @returns undefined if nothing is stored, or what is stored cannot be read by this version */
export async function loadSnapshot(db: Database): Promise<Snapshot | undefined> {
  const row = await db
    .selectFrom("organisation_snapshot")
    .select(["version", "content"])
    .where("id", "=", 1)
    .executeTakeFirst();
  const stored = Stored.safeParse(row?.content);
  return row === undefined || !stored.success
    ? undefined
    : { version: row.version, organisation: stored.data };
}
