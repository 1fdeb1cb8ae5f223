import { readFileSync } from "node:fs";
import { z } from "zod";
import { readYaml } from "../yaml.ts";

const httpUrl = z.url({ protocol: /^https?$/, error: "must be an http or https address" });

const Store = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("pglite"), directory: z.string().min(1) }),
  z
    .strictObject({
      kind: z.literal("postgres"),
      url: z.string().min(1).optional(),
      /** Where the address lies with its password, as container secrets do. */
      urlFile: z.string().min(1).optional(),
    })
    .transform(({ kind, url, urlFile }, context) => {
      if ((url === undefined) === (urlFile === undefined)) {
        context.addIssue("needs either url or urlFile");
        return z.NEVER;
      }
      if (urlFile === undefined) return { kind, url: url ?? "" };
      try {
        const inFile = readFileSync(urlFile, "utf8").trim();
        if (inFile !== "") return { kind, url: inFile };
        context.addIssue({ code: "custom", path: ["urlFile"], message: `${urlFile} is empty` });
      } catch (error) {
        const words = error instanceof Error ? error.message : String(error);
        context.addIssue({ code: "custom", path: ["urlFile"], message: words });
      }
      return z.NEVER;
    }),
]);

const ConfigFile = z.strictObject({
  /** The homeserver's permanent name. */
  serverName: z.string().min(1),
  homeserverUrl: httpUrl.transform((url) => url.replace(/\/+$/, "")),
  listen: z.strictObject({
    host: z.string().default("127.0.0.1"),
    port: z.int().min(1).max(65_535),
  }),
  store: Store,
  /** The two registration files that the homeserver reads as well. */
  registrations: z.strictObject({ act: z.string().min(1), hear: z.string().min(1) }),
  source: z.strictObject({ kind: z.literal("file"), path: z.string().min(1) }),
  /** The policy file; the shipped one, if left out. */
  policy: z.string().min(1).optional(),
  /** Source ids of people whose units are provisioned first. */
  priorityPeople: z.array(z.string()).default([]),
  log: z
    .strictObject({
      level: z.enum(["fatal", "error", "warn", "info", "debug", "trace"]).default("info"),
    })
    .default({ level: "info" }),
});
export type Config = z.output<typeof ConfigFile>;

/** A configuration that cannot be used; the message lists everything that is wrong, one line each. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/**
 * Reads the configuration file.
 *
 * @throws ConfigError with all errors at once, each naming its field
 */
export function readConfig(file: string): Config {
  let content: unknown;
  try {
    content = readYaml(readFileSync(file, "utf8"));
  } catch (error) {
    throw new ConfigError(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const parsed = ConfigFile.safeParse(content);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(
    (issue) =>
      `  ${issue.path.length === 0 ? "(top level)" : z.core.toDotPath(issue.path)}: ${issue.message}`,
  );
  throw new ConfigError(`${file} cannot be used:\n${lines.join("\n")}`);
}
