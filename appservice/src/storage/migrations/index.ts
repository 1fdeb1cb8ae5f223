import type { Migration } from "kysely/migration";
import { accountsRoomsInboxRuns } from "./0001-accounts-rooms-inbox-runs.ts";
import { removals } from "./0004-removals.ts";
import { engine } from "./0010-engine.ts";
import { inboxBySubscriberAndLeases } from "./0020-inbox-by-subscriber-and-leases.ts";
import { outbox } from "./0021-outbox.ts";
import { personSession } from "./0030-person-session.ts";
import { accessTokens } from "./0031-access-tokens.ts";
import { organisationSnapshot } from "./0040-organisation-snapshot.ts";
import { auditLog } from "./0050-audit-log.ts";
import { pictures } from "./0051-pictures.ts";

/**
 * The store's shape, step by step; names sort in order. The same SQL runs on PostgreSQL and on the
 * embedded engine. A released step is never changed.
 */
export const migrations: Readonly<Record<string, Migration>> = {
  "0001-accounts-rooms-inbox-runs": accountsRoomsInboxRuns,
  "0004-removals": removals,
  "0010-engine": engine,
  "0020-inbox-by-subscriber-and-leases": inboxBySubscriberAndLeases,
  "0021-outbox": outbox,
  "0030-person-session": personSession,
  "0031-access-tokens": accessTokens,
  "0040-organisation-snapshot": organisationSnapshot,
  "0050-audit-log": auditLog,
  "0051-pictures": pictures,
};
