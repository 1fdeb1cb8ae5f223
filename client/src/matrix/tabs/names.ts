import type { AccountKey } from "../door.ts";

/**
 * The names under which the tabs of a browser profile find each other. The number is raised when what
 * they say to each other changes, so that tabs of two releases do not misunderstand each other; the lock
 * has none, since an account has one engine whatever the release.
 */
const RELEASE = 1;

export const ACCOUNTS_CHANNEL = `klaaf-accounts-${RELEASE}`;
export const engineLock = (key: AccountKey): string => `klaaf-engine:${key}`;
export const engineChannel = (key: AccountKey): string => `klaaf-engine-${RELEASE}:${key}`;
/** Held by a page as long as it lives. */
export const pageLock = (page: string): string => `klaaf-page:${page}`;
