import { readFileSync } from "node:fs";
import { AppServiceRegistration } from "matrix-appservice-bridge";
import { z } from "zod";
import { readYaml } from "../yaml.ts";

/** One of the appservice's two registrations, as Synapse reads it too. */
export type Registration = {
  readonly id: string;
  /** With which we speak to the homeserver. */
  readonly asToken: string;
  /** With which the homeserver speaks to us. */
  readonly hsToken: string;
  readonly senderLocalpart: string;
};

const text = z.string().min(1);
/** A token that an `Authorization: Bearer` header can carry (RFC 6750). */
const token = z.string().regex(/^[\w.~+/=-]{16,512}$/, "must be 16 to 512 letters and digits");

/** What we read of it; the rest is the homeserver's matter. */
const RegistrationFile = z.looseObject({
  id: text,
  url: z.string().nullable(),
  as_token: token,
  hs_token: token,
  sender_localpart: text,
});

/**
 * Reads a registration file (Application Service API, "Registration").
 *
 * @throws Error naming the file and every field that is wrong in it; it quotes no value
 */
export function readRegistration(file: string): Registration {
  let content: unknown;
  try {
    content = readYaml(readFileSync(file, "utf8"));
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new Error(`The registration ${file} cannot be read: ${words}`, { cause: error });
  }
  const parsed = RegistrationFile.safeParse(content);
  if (!parsed.success) {
    const fields = parsed.error.issues.map(
      ({ path, message }) => `${path.length === 0 ? "the file" : path.join(".")}: ${message}`,
    );
    throw new Error(`The registration ${file} cannot be used: ${fields.join("; ")}`);
  }
  const registration = AppServiceRegistration.fromObject(parsed.data);
  return {
    id: registration.getId() ?? "",
    asToken: registration.getAppServiceToken() ?? "",
    hsToken: registration.getHomeserverToken() ?? "",
    senderLocalpart: registration.getSenderLocalpart() ?? "",
  };
}
