import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const TEMPLATES = fileURLToPath(new URL("templates/", import.meta.url));

export type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

/** What a placeholder may be filled with. It is written as JSON, which YAML reads as it is. */
export type Values = Readonly<Record<string, Json>>;

/**
 * Fills a template's `{{placeholders}}`. A section between the lines `# if name` and
 * `# end name` stays if the value is true.
 *
 * @throws Error naming every placeholder that has no value, so that no file is half filled
 */
export function fill(template: string, values: Values): string {
  const missing = new Set<string>();
  const text = template
    .replace(/^# if (\w+)\n([\s\S]*?)^# end \1\n/gm, (_all, name: string, inside: string) => {
      if (!(name in values)) missing.add(name);
      return values[name] === true ? inside : "";
    })
    .replace(/\{\{(\w+)\}\}/g, (_all, name: string) => {
      if (!(name in values)) missing.add(name);
      return JSON.stringify(values[name]);
    });
  if (missing.size > 0) throw new Error(`No value for: ${[...missing].join(", ")}`);
  return text;
}

export function renderTemplate(name: string, values: Values): string {
  return fill(readFileSync(`${TEMPLATES}${name}`, "utf8"), values);
}

const escapeRegex = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

export type Registrations = {
  readonly serverName: string;
  /** Where Synapse pushes transactions to. */
  readonly appserviceUrl: string;
  readonly actToken: string;
  readonly actHomeserverToken: string;
  readonly hearToken: string;
  readonly hearHomeserverToken: string;
};

/** The two registrations of the appservice (Application Service API, "Registration"). */
export function renderRegistrations(options: Registrations): {
  readonly act: string;
  readonly hear: string;
} {
  const server = escapeRegex(options.serverName);
  const values = {
    ...options,
    anyLocalUser: `@.*:${server}`,
    provisioningUser: `@provisioning:${server}`,
  };
  return {
    act: renderTemplate("registration-act.yaml", values),
    hear: renderTemplate("registration-hear.yaml", values),
  };
}

export type CommonOptions = {
  readonly serverName: string;
  readonly publicUrl: string;
  readonly signingKeyFile: string;
  readonly macaroonSecretFile: string;
  readonly formSecretFile: string;
  readonly registrationSecretFile: string;
  readonly passwordPepper: string;
  readonly mediaDirectory: string;
  readonly pidFile: string;
  readonly logConfigFile: string;
  readonly registrationActFile: string;
  readonly registrationHearFile: string;
  /** Whether our limits for people replace Synapse's defaults (which are stricter). */
  readonly limits: boolean;
};

export function renderCommon(options: CommonOptions): string {
  return renderTemplate("common.yaml", options);
}

export function renderLaptop(options: {
  readonly port: number;
  readonly databaseFile: string;
}): string {
  return renderTemplate("laptop.yaml", options);
}

export function renderLog(options: { readonly logLevel: "INFO" | "WARNING" | "DEBUG" }): string {
  return renderTemplate("log.yaml", options);
}
