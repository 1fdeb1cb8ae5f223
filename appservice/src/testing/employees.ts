// The employee's door and its sessions for tests of the API.
import { PersonSessions } from "../access/index.ts";
import { defaultEmployeePolicy, EmployeeDoor, StoredDirectory } from "../people/index.ts";
import type { Database } from "../storage/index.ts";

export type Employees = {
  readonly directory: StoredDirectory;
  readonly door: EmployeeDoor;
  readonly sessions: PersonSessions;
};

/**
 * @param openIdTokens Matrix IDs by the OpenID tokens that the homeserver would know
 */
export function employees(
  db: Database,
  options: {
    readonly serverName?: string;
    readonly openIdTokens?: ReadonlyMap<string, string>;
    readonly now?: () => Date;
  } = {},
): Employees {
  const { now = () => new Date(0), openIdTokens = new Map(), serverName = "t" } = options;
  const directory = new StoredDirectory(db);
  return {
    directory,
    door: new EmployeeDoor({
      source: directory,
      policy: () => defaultEmployeePolicy,
      now: () => now().getTime(),
    }),
    sessions: new PersonSessions({
      db,
      serverName,
      openId: { userIdOf: async (token) => openIdTokens.get(token) },
      rolesOf: () => [],
      now,
    }),
  };
}
