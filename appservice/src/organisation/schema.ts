import { z } from "zod";
import { FUNCTIONS, UNIT_KINDS } from "./model.ts";

/** Control and bidirectional characters have no business in a name: they forge other names. */
const FORBIDDEN = /[\p{Cc}\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;

const text = (most: number) =>
  z
    .string()
    .trim()
    .min(1, "must not be empty")
    .max(most, `must have at most ${most} characters`)
    .refine((value) => !FORBIDDEN.test(value), "must not contain control characters");

/** What names an entry for good, in its source. */
export const Key = z
  .string()
  .min(1, "must not be empty")
  .max(200, "must have at most 200 characters")
  .regex(/^[\w.:@-]+$/, "may contain letters, digits and . : @ _ - only");

export const UnitEntry = z.strictObject({
  id: Key,
  parent: Key.optional(),
  kind: z.enum(UNIT_KINDS),
  number: text(8).optional(),
  name: text(120),
  mark: text(4).optional(),
});

export const PersonEntry = z.strictObject({
  id: Key,
  givenName: text(80),
  familyName: text(80),
  mail: z.email("must be an e-mail address").transform((mail) => mail.toLowerCase()),
  phone: text(40).optional(),
  room: text(40).optional(),
  hidden: z.boolean().optional(),
  memberships: z
    .array(z.strictObject({ unit: Key, function: z.enum(FUNCTIONS), title: text(120).optional() }))
    .default([]),
});

export const GroupEntry = z.strictObject({
  id: Key,
  name: text(120),
  mark: text(4).optional(),
  lead: Key.optional(),
  members: z.array(Key).default([]),
});

const PartnerEntry = z
  .strictObject({
    server: z
      .string()
      .max(200)
      .regex(/^[a-z0-9.-]+(?::\d{1,5})?$/, "must be a server's name, such as partner.example"),
    people: z
      .array(
        z
          .string()
          .max(255, "must have at most 255 characters")
          .regex(/^@[\x21-\x39\x3b-\x7e]+:[a-z0-9.:-]+$/, "must be a Matrix ID"),
      )
      .default([]),
  })
  .superRefine(({ people, server }, context) => {
    for (const [index, person] of people.entries())
      if (!person.endsWith(`:${server}`) || people.indexOf(person) < index)
        context.addIssue({
          code: "custom",
          path: ["people", index],
          message: "must be on the partner's server, and named once",
        });
  });

export const ProjectEntry = z.strictObject({
  id: Key,
  name: text(120),
  topic: text(250).optional(),
  mark: text(4).optional(),
  owner: Key,
  members: z.array(Key).default([]),
  until: z.iso.date("must be a day, such as 2027-03-31"),
  partners: z
    .array(PartnerEntry)
    .default([])
    .refine(
      (partners) => new Set(partners.map(({ server }) => server)).size === partners.length,
      "must name each server once",
    ),
});

const NO_UNITS = "must not be empty: an organisation without units would remove everything";
const NO_PEOPLE = "must not be empty: an organisation without people would lock everybody";

const Head = z.strictObject({
  version: z.literal(1),
  name: text(120),
  /** How many there are at the source: a file with more or fewer was cut short. */
  counts: z
    .strictObject({ units: z.int().min(1), people: z.int().min(1) })
    .partial()
    .optional(),
});

/** The organisation file, version 1: what a person or an export script writes. */
export const OrganisationFile = Head.extend({
  units: z.array(UnitEntry).min(1, NO_UNITS),
  people: z.array(PersonEntry).min(1, NO_PEOPLE),
  groups: z.array(GroupEntry).default([]),
  projects: z.array(ProjectEntry).default([]),
});
export type OrganisationFile = z.input<typeof OrganisationFile>;

/** The file around its entries, each of which is read by itself. */
export const Envelope = Head.extend({
  units: z.array(z.unknown()).min(1, NO_UNITS),
  people: z.array(z.unknown()).min(1, NO_PEOPLE),
  groups: z.array(z.unknown()).default([]),
  projects: z.array(z.unknown()).default([]),
});
export type Envelope = z.output<typeof Envelope>;
