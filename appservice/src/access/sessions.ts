import { createHash, randomBytes } from "node:crypto";
import type { OpenIdVerifier } from "../homeserver/index.ts";
import type { Database } from "../storage/index.ts";
import type { PersonCaller, Role } from "./caller.ts";
import type { Authenticator } from "./machine.ts";

/** How long a session lasts; a client comes with another OpenID token then. */
export const SESSION_MS = 30 * 60_000;

/** One person holds so many sessions at once: one a device, and some to spare. */
const MOST_SESSIONS = 20;

const PREFIX = "klaaf_s_";

export type Session = { readonly token: string; readonly expiresAt: Date };

export type SessionRefusal =
  /** The token is of another homeserver, nobody's, or not valid any more. */
  | "not-ours"
  /** Somebody of our homeserver who is not in the organisation, or whose access is locked. */
  | "no-access";

export class SessionRefused extends Error {
  override readonly name = "SessionRefused";
  readonly reason: SessionRefusal;

  constructor(reason: SessionRefusal) {
    super(`No session: ${reason}.`);
    this.reason = reason;
  }
}

export type PersonSessionsOptions = {
  readonly db: Database;
  readonly serverName: string;
  readonly openId: OpenIdVerifier;
  /** A person's roles as they are now. */
  readonly rolesOf: (sourceId: string) => readonly Role[];
  readonly now: () => Date;
  readonly newToken?: () => string;
};

/**
 * Short sessions for people who signed in to our homeserver. Whoever has an OpenID token of it is given
 * one; a lock ends them all at once, since each request looks at the account again.
 */
export class PersonSessions implements Authenticator {
  readonly #options: PersonSessionsOptions;
  readonly #newToken: () => string;

  constructor(options: PersonSessionsOptions) {
    this.#options = options;
    this.#newToken = options.newToken ?? (() => randomBytes(32).toString("base64url"));
  }

  /**
   * @param matrixServerName what the client says that the token is of; another than ours is refused unasked
   * @throws SessionRefused; HomeserverError if the homeserver could not be asked
   */
  async open(openIdToken: string, matrixServerName: string): Promise<Session> {
    const { db, now, openId, serverName } = this.#options;
    if (matrixServerName !== serverName) throw new SessionRefused("not-ours");
    const userId = await openId.userIdOf(openIdToken);
    if (userId === undefined) throw new SessionRefused("not-ours");
    const account = await db
      .selectFrom("account")
      .select("source_id")
      .where("user_id", "=", userId)
      .where("applied", "is not", null)
      .where("locked_at", "is", null)
      .executeTakeFirst();
    if (account === undefined) throw new SessionRefused("no-access");
    const token = `${PREFIX}${this.#newToken()}`;
    const expiresAt = new Date(now().getTime() + SESSION_MS);
    await db.transaction().execute(async (trx) => {
      await trx.deleteFrom("person_session").where("expires_at", "<=", now()).execute();
      const spare = await trx
        .selectFrom("person_session")
        .select("token_hash")
        .where("user_id", "=", userId)
        .orderBy("expires_at", "desc")
        .offset(MOST_SESSIONS - 1)
        .execute();
      if (spare.length > 0) {
        const hashes = spare.map((row) => row.token_hash);
        await trx.deleteFrom("person_session").where("token_hash", "in", hashes).execute();
      }
      await trx
        .insertInto("person_session")
        .values({
          token_hash: hashOf(token),
          source_id: account.source_id,
          user_id: userId,
          expires_at: expiresAt,
        })
        .execute();
    });
    return { token, expiresAt };
  }

  async callerOf(token: string): Promise<PersonCaller | undefined> {
    if (!token.startsWith(PREFIX)) return undefined;
    const { db, now, rolesOf } = this.#options;
    const row = await db
      .selectFrom("person_session")
      .innerJoin("account", (join) =>
        join
          .onRef("account.source_id", "=", "person_session.source_id")
          .onRef("account.user_id", "=", "person_session.user_id"),
      )
      .select(["account.source_id", "account.user_id"])
      .where("person_session.token_hash", "=", hashOf(token))
      .where("person_session.expires_at", ">", now())
      .where("account.locked_at", "is", null)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    return {
      kind: "person",
      sourceId: row.source_id,
      userId: row.user_id,
      roles: rolesOf(row.source_id),
    };
  }

  /** Ends all sessions of a person, on every device. */
  async end({ sourceId }: PersonCaller): Promise<void> {
    await this.#options.db.deleteFrom("person_session").where("source_id", "=", sourceId).execute();
  }
}

const hashOf = (token: string): string => createHash("sha256").update(token).digest("base64url");
