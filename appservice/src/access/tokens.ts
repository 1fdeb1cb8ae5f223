import { createHash, randomBytes } from "node:crypto";
import type { Actor, AuditLog } from "../audit/index.ts";
import type { Database } from "../storage/index.ts";
import { SCOPES } from "./caller.ts";
import type { Caller, Scope } from "./caller.ts";
import { sameSecret } from "./machine.ts";
import type { Authenticator } from "./machine.ts";

/** A token lives a year at most: who needs it longer makes another one in time. */
export const LONGEST_TOKEN_MS = 366 * 86_400_000;

/** Tells a person, a log search and a secret scanner what it is. */
const PREFIX = "klaaf_";
/** 256 random bits in base64url. */
const FORM = /^klaaf_[\w-]{43}$/;
/** When a token was used is of interest for finding forgotten ones; when exactly is nobody's business. */
const COARSE_MS = 3_600_000;

/** A token as it is kept: not the token itself. */
export type TokenRecord = {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdBy: Actor;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | undefined;
  /** To the hour. */
  readonly lastUsedAt: Date | undefined;
};

export type NewToken = Pick<TokenRecord, "name" | "scopes" | "expiresAt">;

/** An expiry that no token may have. */
export class TokenRefused extends Error {
  override readonly name = "TokenRefused";
}

/** The place of a token in the list. */
export type TokenPlace = Pick<TokenRecord, "createdAt" | "id">;

/** Tokens for scripts: each with scopes and an end, hashed at rest, revoked at once. */
export class AccessTokens implements Authenticator {
  readonly #db: Database;
  readonly #audit: AuditLog;
  readonly #now: () => Date;

  constructor(options: {
    readonly db: Database;
    readonly audit: AuditLog;
    readonly now: () => Date;
  }) {
    this.#db = options.db;
    this.#audit = options.audit;
    this.#now = options.now;
  }

  /**
   * @returns the token itself, which is kept nowhere and cannot be had again
   * @throws TokenRefused if it would be expired, or live too long
   */
  async create(
    { expiresAt, name, scopes }: NewToken,
    actor: Actor,
  ): Promise<{ readonly token: string; readonly record: TokenRecord }> {
    const now = this.#now();
    if (expiresAt <= now) throw new TokenRefused("must be in the future");
    if (expiresAt.getTime() > now.getTime() + LONGEST_TOKEN_MS)
      throw new TokenRefused("must be within a year");
    const token = `${PREFIX}${randomBytes(32).toString("base64url")}`;
    const id = randomBytes(8).toString("hex");
    const row = {
      id,
      name,
      scopes: JSON.stringify(SCOPES.filter((scope) => scopes.includes(scope))),
      hash: hashOf(token),
      created_by: JSON.stringify(actor),
      created_at: now,
      expires_at: expiresAt,
      revoked_at: null,
      last_used_at: null,
    };
    await this.#db.transaction().execute(async (trx) => {
      await trx.insertInto("access_token").values(row).execute();
      await this.#audit.append(
        [
          {
            actor,
            action: "token.created",
            subject: id,
            reason: "asked for",
            details: { scopes: [...scopes], expiresAt: expiresAt.toISOString() },
          },
        ],
        trx,
      );
    });
    const record = await this.get(id);
    if (record === undefined) throw new Error("The token was not stored.");
    return { token, record };
  }

  async get(id: string): Promise<TokenRecord | undefined> {
    const row = await this.#db
      .selectFrom("access_token")
      .selectAll()
      .where("id", "=", id)
      .executeTakeFirst();
    return row === undefined ? undefined : recordOf(row);
  }

  /** The newest first, revoked and expired ones as well. @param after the last one that was seen */
  async list(limit: number, after?: TokenPlace): Promise<readonly TokenRecord[]> {
    let query = this.#db
      .selectFrom("access_token")
      .selectAll()
      .orderBy("created_at", "desc")
      .orderBy("id")
      .limit(limit);
    if (after !== undefined) {
      query = query.where((eb) =>
        eb.or([
          eb("created_at", "<", after.createdAt),
          eb.and([eb("created_at", "=", after.createdAt), eb("id", ">", after.id)]),
        ]),
      );
    }
    return (await query.execute()).map(recordOf);
  }

  /** Ends a token; the next request with it is refused. @returns undefined if there is none */
  async revoke(id: string, actor: Actor): Promise<TokenRecord | undefined> {
    await this.#db.transaction().execute(async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable("access_token")
        .set({ revoked_at: this.#now() })
        .where("id", "=", id)
        .where("revoked_at", "is", null)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return;
      await this.#audit.append(
        [{ actor, action: "token.revoked", subject: id, reason: "asked for" }],
        trx,
      );
    });
    return this.get(id);
  }

  async callerOf(token: string): Promise<Caller | undefined> {
    if (!FORM.test(token)) return undefined;
    const hash = hashOf(token);
    const now = this.#now();
    const row = await this.#db
      .selectFrom("access_token")
      .selectAll()
      .where("hash", "=", hash)
      .executeTakeFirst();
    if (row === undefined || !sameSecret(row.hash, hash)) return undefined;
    if (row.revoked_at !== null || row.expires_at <= now) return undefined;
    const hour = new Date(Math.floor(now.getTime() / COARSE_MS) * COARSE_MS);
    if (row.last_used_at === null || row.last_used_at < hour) {
      await this.#db
        .updateTable("access_token")
        .set({ last_used_at: hour })
        .where("id", "=", row.id)
        .execute();
    }
    return { kind: "token", id: row.id, scopes: recordOf(row).scopes };
  }
}

/** Enough for 256 random bits, which nobody guesses: no salt, no slow hash. */
const hashOf = (token: string): string => createHash("sha256").update(token).digest("hex");

function recordOf(row: {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly created_by: Actor;
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly revoked_at: Date | null;
  readonly last_used_at: Date | null;
}): TokenRecord {
  return {
    id: row.id,
    name: row.name,
    scopes: SCOPES.filter((scope) => row.scopes.includes(scope)),
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
  };
}
