import type { ParsedOrganisation } from "./parse.ts";

/** Where an organisation comes from: a file today; directories answer the same question. */
export interface OrganisationSource {
  read(): Promise<ParsedOrganisation>;
}
