// Pure: an adapter that reads from somewhere is chosen where all is wired, in main.ts.
export type { Problem } from "./check.ts";
export { looksLikeAnotherBase } from "./another-base.ts";
export type { OrganisationSource } from "./source.ts";
export { displayNameOf, FUNCTIONS, markOf, titleOf, UNIT_KINDS } from "./model.ts";
export type {
  Group,
  Membership,
  Organisation,
  Person,
  Unit,
  UnitFunction,
  UnitKind,
} from "./model.ts";
export { parseOrganisation } from "./parse.ts";
export type { ParsedOrganisation, Quarantined } from "./parse.ts";
export { OrganisationFile } from "./schema.ts";
