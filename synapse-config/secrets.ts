import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/** A random secret of 256 bits, in characters that any file and header takes. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/**
 * Reads a secret, or makes it: once, readable by its owner alone, never overwritten.
 *
 * @param make what a new one is; 256 random bits unless told
 */
export function secretFile(file: string, make: () => string = newSecret): string {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  try {
    // `wx` fails if it is there, so two starts at once cannot both write.
    writeFileSync(file, `${make()}\n`, { mode: 0o600, flag: "wx", flush: true });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  return readFileSync(file, "utf8").trim();
}

/** A signing key in Synapse's format: algorithm, version, and an ed25519 seed in unpadded Base64. */
export function newSigningKey(): string {
  return `ed25519 a_${randomBytes(2).toString("hex")} ${randomBytes(32).toString("base64").replaceAll("=", "")}`;
}
