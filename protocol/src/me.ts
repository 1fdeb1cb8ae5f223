// What the employee's door (`/api/v1/me`) answers.
import { z } from "zod";
import { PROTECTIONS, RECORDS } from "./events/room-class.ts";

/** A search shows so many people at once, and so many pages of them: never the whole directory. */
export const MOST_PEOPLE_A_PAGE = 20;
export const MOST_PAGES = 3;

export const CardFunction = z.object({
  unit: z.object({ id: z.string(), title: z.string() }),
  function: z.enum(["head", "deputy", "member", "guest"]),
  /** What it says on the door: "Amtsleitung". */
  title: z.string().optional(),
});
export type CardFunction = z.infer<typeof CardFunction>;

/** A person as colleagues see them. The key in the directory is nobody's business and not on it. */
export const PersonCard = z.object({
  userId: z.string(),
  name: z.string(),
  givenName: z.string(),
  familyName: z.string(),
  /** Guest wherever they are: clients mark them as "Extern". */
  guest: z.boolean(),
  functions: z.array(CardFunction),
  /** Across units: "Personalrat". */
  groups: z.array(z.string()),
  mail: z.string().optional(),
  phone: z.string().optional(),
  room: z.string().optional(),
});
export type PersonCard = z.infer<typeof PersonCard>;

/** `GET /me` */
export const OwnProfile = PersonCard.extend({ roles: z.array(z.string()) });
export type OwnProfile = z.infer<typeof OwnProfile>;

/** `GET /me/people`. How many there are in all is not told. */
export const PeoplePage = z.object({
  people: z.array(PersonCard),
  /** The next page to ask for. */
  next: z.number().optional(),
  /** There are more than a search shows: more letters are needed. */
  cut: z.boolean(),
});
export type PeoplePage = z.infer<typeof PeoplePage>;

/** A unit in the organisation's tree. */
export const TreeUnit = z.object({
  id: z.string(),
  parent: z.string().optional(),
  kind: z.string(),
  number: z.string().optional(),
  name: z.string(),
  /** "37 Feuerwehr" */
  title: z.string(),
  mark: z.string(),
  /** The Matrix room of its space, where there is one. */
  spaceId: z.string().optional(),
  /** How many people are in it, and in it or below; nobody counts twice. Guests are not told. */
  people: z.object({ here: z.number(), withBelow: z.number() }).optional(),
  /** Whether who asks is in it. */
  mine: z.boolean(),
});
export type TreeUnit = z.infer<typeof TreeUnit>;

/** `GET /me/organisation` */
export const OrganisationTree = z.object({ name: z.string(), units: z.array(TreeUnit) });
export type OrganisationTree = z.infer<typeof OrganisationTree>;

/** `GET /me/policy`: what a client has to know of the house's rules. */
export const EmployeePolicy = z.object({
  version: z.literal(1),
  /** Milliseconds after sending within which a message may be changed; null: at any time. */
  editWindowMs: z.number().nullable(),
  /** Days after which messages go, by record; null: they stay. */
  retentionDays: z.object({ fluechtig: z.number().nullable(), akte: z.number().nullable() }),
  /** The classes a room may have, from the least to the most protected. */
  protections: z.array(z.enum(PROTECTIONS)),
  records: z.array(z.enum(RECORDS)),
  /** Where a message is reported to, beside the room's own moderators. */
  reportDesk: z.object({ name: z.string(), userId: z.string().optional() }).nullable(),
});
export type EmployeePolicy = z.infer<typeof EmployeePolicy>;
