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

const key = z
  .string()
  .min(1, "must not be empty")
  .max(200, "must have at most 200 characters")
  .regex(/^[\w.:@-]+$/, "may contain letters, digits and . : @ _ - only");

const UnitEntry = z.strictObject({
  id: key,
  parent: key.optional(),
  kind: z.enum(UNIT_KINDS),
  number: text(8).optional(),
  name: text(120),
  mark: text(4).optional(),
});

const PersonEntry = z.strictObject({
  id: key,
  givenName: text(80),
  familyName: text(80),
  mail: z.email("must be an e-mail address").transform((mail) => mail.toLowerCase()),
  phone: text(40).optional(),
  room: text(40).optional(),
  memberships: z
    .array(z.strictObject({ unit: key, function: z.enum(FUNCTIONS), title: text(120).optional() }))
    .default([]),
});

const GroupEntry = z.strictObject({ id: key, name: text(120), members: z.array(key).default([]) });

/** The organisation file, version 1: what a person or an export script writes. */
export const OrganisationFile = z.strictObject({
  version: z.literal(1),
  name: text(120),
  units: z
    .array(UnitEntry)
    .min(1, "must not be empty: an organisation without units would remove everything"),
  people: z
    .array(PersonEntry)
    .min(1, "must not be empty: an organisation without people would lock everybody"),
  groups: z.array(GroupEntry).default([]),
});
export type OrganisationFile = z.input<typeof OrganisationFile>;
