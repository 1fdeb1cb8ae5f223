// Pure: an adapter that reads from somewhere is chosen where all is wired, in start.ts.
export { looksLikeAnotherBase } from "./another-base.ts";
export { displayNameOf, FUNCTIONS, markOf, titleOf, UNIT_KINDS } from "./model.ts";
export type {
  Group,
  Membership,
  Organisation,
  Partner,
  Person,
  Project,
  Unit,
  UnitFunction,
  UnitKind,
} from "./model.ts";
export { organisationFrom, parseOrganisation } from "./parse.ts";
export type { ParsedOrganisation, WrongEntries } from "./parse.ts";
export { holdsOf, ownerOf } from "./problem.ts";
export type { Holds, Problem, Quarantined } from "./problem.ts";
export { OrganisationFile } from "./schema.ts";
export type { OrganisationSource } from "./source.ts";
