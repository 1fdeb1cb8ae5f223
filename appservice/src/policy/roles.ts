import type { Organisation } from "../organisation/index.ts";
import type { Policy } from "./policy.ts";

/** What somebody may be beyond an employee (the roles of access/). */
export type PolicyRole = keyof Policy["roles"];

/**
 * The roles of a person, by their groups or by name in the policy.
 *
 * @param sourceId their key in the source; who is not in the organisation (any more) has no role
 */
export function rolesOf(
  organisation: Pick<Organisation, "people" | "groups">,
  policy: Policy,
  sourceId: string,
): readonly PolicyRole[] {
  if (!organisation.people.some(({ id }) => id === sourceId)) return [];
  const groups = new Set(
    organisation.groups.filter(({ members }) => members.includes(sourceId)).map(({ id }) => id),
  );
  return (["administrator", "auditor"] as const).filter((role) => {
    const by = policy.roles[role];
    return by.people.includes(sourceId) || by.groups.some((group) => groups.has(group));
  });
}
