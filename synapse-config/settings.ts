import { readFileSync } from "node:fs";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { DEFAULT_COUNTS } from "./layout.ts";

/** A host name as DNS and nginx take it (RFC 1123), with at least one dot. */
const hostName = z
  .string()
  .max(253)
  .regex(
    /^(?=.*\.)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    "must be a host name in lower case, such as klaaf.stadt.example",
  );
const few = z.int().min(1).max(32);
const days = z.int().min(1).max(36_500);

const Settings = z.strictObject({
  /** Permanent: the part after the colon of every Matrix ID. */
  serverName: hostName,
  /** The host that people open in the browser. */
  publicHost: hostName,
  /** The homeservers that are spoken to; none unless named. */
  partners: z.array(hostName).default([]),
  /** For how many days messages are kept; "forever" where records law says so. */
  keepMessagesDays: z.union([days, z.literal("forever")]),
  /** For how many days a person's IP addresses are remembered (sign-ins, misuse). */
  keepAddressesDays: days.default(7),
  /** The largest file that can be sent, in MiB (2^20 bytes). */
  maxUploadMiB: z.int().min(1).max(2048).default(100),
  /** The organisation file, relative to the settings' folder. */
  organisation: z.string().min(1).default("organisation.yaml"),
  /** Certificate chain and private key in PEM format, relative to the settings' folder. */
  tls: z
    .strictObject({ certificate: z.string().min(1), key: z.string().min(1) })
    .default({ certificate: "tls/chain.pem", key: "tls/key.pem" }),
  workers: z
    .strictObject({
      sync: few.default(DEFAULT_COUNTS.sync),
      client: few.default(DEFAULT_COUNTS.client),
      events: few.default(DEFAULT_COUNTS.events),
    })
    .default(DEFAULT_COUNTS),
  /** How large each process' caches are against Synapse's own measure; more memory, fewer queries. */
  cacheFactor: z.number().min(0.1).max(20).default(2),
  logLevel: z.enum(["INFO", "WARNING", "DEBUG"]).default("INFO"),
});
/** What an operator decides about a city. */
export type Settings = z.output<typeof Settings>;

/** Settings that cannot be used; the message lists everything that is wrong, one line each. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/**
 * Checks what was read from a settings file.
 *
 * @param name what to call the file in the message
 * @throws SettingsError with all errors at once, each naming its field
 */
export function parseSettings(content: unknown, name = "settings.yaml"): Settings {
  const parsed = Settings.safeParse(content);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(
    ({ message, path }) =>
      `  ${path.length === 0 ? "(top level)" : z.core.toDotPath(path)}: ${message}`,
  );
  throw new SettingsError(`${name} cannot be used:\n${lines.join("\n")}`);
}

/**
 * Reads a city's settings.
 *
 * @throws SettingsError if the file cannot be read or used
 */
export function readSettings(file: string): Settings {
  let content: unknown;
  try {
    content = parseYaml(readFileSync(file, "utf8"));
  } catch (error) {
    throw new SettingsError(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
  return parseSettings(content, file);
}
