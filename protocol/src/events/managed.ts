import { z } from "zod";
import { PREFIX } from "../prefix.ts";
import { versionedParser } from "./parse.ts";

/**
 * State event, empty state key: marks a room or space as provisioned from the organisation. The marker
 * counts only if the provisioning account wrote it; what carries none is never touched.
 */
export const MANAGED_TYPE = `${PREFIX}.managed`;

export const ManagedContent = z
  .object({
    version: z.literal(1),
    /** What it stands for: the space of a unit, or a room made from one of the unit's templates. */
    kind: z.enum(["space", "room"]),
    /** The unit's immutable key in its source. */
    unit: z.string().min(1).max(255),
    /** The room template, for kind `room`: `general`, `announcements`, `leads` … */
    template: z.string().min(1).max(64).optional(),
    /** How the unit is called in short: its number or initials, for marks and rails. */
    mark: z.string().max(8).optional(),
    /** What kind of unit: `city`, `department`, `office`, `division`, `school` … */
    unitKind: z.string().max(64).optional(),
  })
  // Otherwise a room without a template would pass for its unit's space when it is found again.
  .refine(({ kind, template }) => (kind === "room") === (template !== undefined), {
    path: ["template"],
    error: "a room names its template, a space has none",
  });
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
