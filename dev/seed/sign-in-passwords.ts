import { randomInt } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { signIns } from "../sample-city/sign-ins.ts";
import type { SignInRole } from "../sample-city/sign-ins.ts";

/** A printed sign-in. */
export type SignInWithPassword = {
  readonly role: SignInRole;
  readonly sourceId: string;
  readonly name: string;
  readonly mail: string;
  readonly password: string;
};

const WORDS =
  "Anker Birne Brücke Dachs Donner Eiche Falke Feder Garten Hafen Hammer Insel Kabel Kanne Kerze Kiesel Kutter Lampe Laterne Löffel Mantel Möwe Nebel Ofen Orgel Palme Pinsel Quelle Rathaus Regen Ruder Sattel Schiene Segel Spaten Tanne Teller Tinte Treppe Ufer Veilchen Wagen Weide Wiese Zange Ziegel Zucker Zunge".split(
    " ",
  );

const Entry = z.strictObject({
  password: z.string().min(12),
  /** The account that has this password on the homeserver. */
  givenTo: z.string().optional(),
});
const Entries = z.record(z.string(), Entry);

/** Three words and two digits: easy to type from a terminal, and this machine's own. */
const newPassword = (): string =>
  `${Array.from({ length: 3 }, () => WORDS[randomInt(WORDS.length)] ?? "").join("-")}-${randomInt(10, 100)}`;

/** The sign-ins' passwords: chosen once for a city and kept in its folder, readable for its owner only. */
export class SignInPasswords {
  readonly #file: string;
  readonly #entries: Map<string, z.infer<typeof Entry>>;

  /** @param directory the city's folder */
  constructor(directory: string) {
    this.#file = path.join(directory, "sign-ins.json");
    const kept = existsSync(this.#file)
      ? Entries.parse(JSON.parse(readFileSync(this.#file, "utf8")))
      : {};
    this.#entries = new Map(
      signIns.map(({ person: { id } }) => [id, kept[id] ?? { password: newPassword() }]),
    );
    this.#write();
  }

  people(): readonly SignInWithPassword[] {
    return signIns.map(({ role, person }) => ({
      role,
      sourceId: person.id,
      name: `${person.givenName} ${person.familyName}`,
      mail: person.mail,
      password: this.#entries.get(person.id)?.password ?? "",
    }));
  }

  isGiven(sourceId: string, userId: string): boolean {
    return this.#entries.get(sourceId)?.givenTo === userId;
  }

  noteGiven(sourceId: string, userId: string): void {
    const entry = this.#entries.get(sourceId);
    if (entry !== undefined) this.#entries.set(sourceId, { ...entry, givenTo: userId });
    this.#write();
  }

  #write(): void {
    writeFileSync(this.#file, `${JSON.stringify(Object.fromEntries(this.#entries), null, 2)}\n`, {
      mode: 0o600,
    });
  }
}
