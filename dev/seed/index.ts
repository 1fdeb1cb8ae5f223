// What a trial city has beyond its organisation: passwords for the printed sign-ins, and a little talk.
import { readFileSync } from "node:fs";
import { parseOrganisation } from "../../appservice/src/organisation/index.ts";
import type { Organisation } from "../../appservice/src/organisation/index.ts";
import { signIns } from "../sample-city/sign-ins.ts";
import { conversations } from "./conversations.ts";
import { askAppservice, onHomeserver } from "./server.ts";
import type { SeedServer } from "./server.ts";
import { SignInPasswords } from "./sign-in-passwords.ts";
import type { SignInWithPassword } from "./sign-in-passwords.ts";
import { talk } from "./talk.ts";

export type { SignInWithPassword } from "./sign-in-passwords.ts";

export type SeedOptions = SeedServer & {
  /** First what the printed sign-ins see; then the rest of the city. */
  readonly stage: "sign-ins" | "rest";
  /** The city's folder. */
  readonly directory: string;
  /** The organisation file that was provisioned. */
  readonly source: string;
  readonly now?: Date;
};

/** Seeds a provisioned sample city. Safe to repeat: what is there is kept. */
export async function seedCity(
  options: SeedOptions,
): Promise<{ readonly signIns: readonly SignInWithPassword[] }> {
  const passwords = new SignInPasswords(options.directory);
  const people = passwords.people();
  const organisation = readOrganisation(options.source);
  const now = options.now ?? new Date();
  const early = new Set(
    signIns.flatMap(({ person }) => person.memberships.map(({ unit }) => unit)),
  );
  const first = options.stage === "sign-ins";
  await Promise.all([
    ...(first ? people.map((person) => givePassword(options, passwords, person)) : []),
    ...conversations
      .filter(({ unit }) => early.has(unit) === first)
      .map((conversation) => talk(options, organisation, conversation, now)),
  ]);
  return { signIns: people };
}

function readOrganisation(source: string): Organisation {
  const parsed = parseOrganisation(readFileSync(source, "utf8"));
  if (parsed.kind === "invalid") throw new Error(`${source} is not a valid organisation.`);
  return parsed.organisation;
}

/** Gives a sign-in its password, unless it has it already: hashing costs a third of a second each. */
async function givePassword(
  server: SeedServer,
  passwords: SignInPasswords,
  { sourceId, mail, password }: SignInWithPassword,
): Promise<void> {
  const userId = (await askAppservice(server, `/people/${sourceId}`))?.["userId"];
  if (typeof userId !== "string") throw new Error(`${mail} has no account.`);
  if (passwords.isGiven(sourceId, userId)) return;
  const path = `/_synapse/admin/v2/users/${encodeURIComponent(userId)}`;
  await onHomeserver(server, "PUT", path, { password, logout_devices: false });
  passwords.noteGiven(sourceId, userId);
}
