import { z } from "zod";
import { PREFIX } from "../prefix.ts";
import { versionedParser } from "./parse.ts";

/**
 * State event, empty state key: marks a room or space as provisioned from the organisation. The marker
 * counts only if the provisioning account wrote it; what carries none is never touched.
 */
export const MANAGED_TYPE = `${PREFIX}.managed`;

const Key = z.string().min(1).max(255);

export const ManagedContent = z
  .object({
    version: z.literal(1),
    /** What it is: the space of a unit, or a room of a unit, a group or a project. */
    kind: z.enum(["space", "room"]),
    /** Whose it is, by immutable key in its source: a unit … */
    unit: Key.optional(),
    /** … or a group across units … */
    group: Key.optional(),
    /** … or a project. */
    project: Key.optional(),
    /** Which of a unit's rooms: `general`, `announcements`, `leads` … */
    template: z.string().min(1).max(64).optional(),
    /** How the unit, group or project is called in short: its number or initials. */
    mark: z.string().max(8).optional(),
    /** What kind of unit: `city`, `department`, `office`, `division`, `school` … */
    unitKind: z.string().max(64).optional(),
  })
  .refine(
    ({ group, project, unit }) =>
      [unit, group, project].filter((owner) => owner !== undefined).length === 1,
    { path: ["unit"], error: "it is either a unit's, or a group's, or a project's" },
  )
  // Otherwise a room without a template would pass for its unit's space when it is found again.
  .refine(
    ({ kind, template, unit }) =>
      unit === undefined
        ? kind === "room" && template === undefined
        : (kind === "room") === (template !== undefined),
    { path: ["template"], error: "a unit's room names its template, nothing else has one" },
  );
export type ManagedContent = z.infer<typeof ManagedContent>;

export const parseManaged = versionedParser(1, ManagedContent);

export const managedSample: ManagedContent = {
  version: 1,
  kind: "room",
  unit: "amt-12",
  template: "general",
  mark: "12",
  unitKind: "office",
};
