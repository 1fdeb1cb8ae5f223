import type {
  Group,
  Membership,
  Organisation,
  Person,
  Project,
  Unit,
} from "../../appservice/src/organisation/index.ts";
import { familyNames, givenNames } from "./names.ts";
import { Random } from "./random.ts";
import { signIns } from "./sign-ins.ts";
import {
  clerkTitles,
  departments,
  divisionNames,
  kindWords,
  offices,
  schoolForms,
  schoolNames,
  schoolPlaces,
  schoolTitles,
  sectionNames,
} from "./units.ts";
import type { Office } from "./units.ts";

export type CityOptions = { readonly people: number; readonly seed: number };

/** Up to here everybody of an office is in its rooms; beyond, only its heads and those of its parts. */
const LARGEST_SHARED_OFFICE = 150;
const PEOPLE_PER_DIVISION = 60;
const PEOPLE_PER_SECTION = 25;
const PEOPLE_PER_SCHOOL = 60;
const SHARE_OF_SCHOOLS = 0.15;

/** Makes a city of a given size. The same options give the same city. */
export function makeCity({ people: wanted, seed }: CityOptions): Organisation {
  const maker = new CityMaker(seed);
  const forSchools = Math.round(wanted * SHARE_OF_SCHOOLS);
  maker.addTop();
  const weights = offices.reduce((sum, { weight }) => sum + weight, 0);
  const left = wanted - forSchools - maker.people.length;
  for (const office of offices)
    maker.addOffice(office, Math.max(2, Math.round((left * office.weight) / weights)));
  maker.addSchools(forSchools);
  maker.addGroups();
  maker.addProjects();
  return maker.organisation;
}

const withLead = (members: readonly string[]) => ({ lead: members[0], members });
const owned = (members: readonly string[]) => ({ owner: members[0], members });

class CityMaker {
  readonly #random: Random;
  readonly #units: Unit[] = [];
  readonly #mails = new Set<string>();
  readonly people: Person[] = [];
  readonly #groups: Group[] = [];
  readonly #projects: Project[] = [];
  /** Who signs in, by the unit they stand first in; they are added with it. */
  readonly #fixed = new Map<string, Person[]>();

  constructor(seed: number) {
    this.#random = new Random(seed);
    for (const { person } of signIns) {
      this.#mails.add(person.mail);
      const unit = person.memberships[0]?.unit ?? "";
      this.#fixed.set(unit, [...(this.#fixed.get(unit) ?? []), person]);
    }
  }

  get organisation(): Organisation {
    return {
      name: "Stadt Köln (Muster)",
      units: this.#units,
      people: this.people,
      groups: this.#groups,
      projects: this.#projects,
    };
  }

  addTop(): void {
    this.#units.push({ id: "stadt", kind: "city", name: "Stadtverwaltung", mark: "K" });
    for (const [id, number, name] of departments) {
      this.#units.push({ id, parent: "stadt", kind: "department", number, name });
      const { head, deputy } = kindWords.department;
      const memberships: Membership[] = [{ unit: id, function: "head", title: head }];
      if (id === "dez-ob")
        memberships.push({ unit: "stadt", function: "head", title: kindWords.city.head });
      else memberships.push({ unit: "stadt", function: "member", title: head });
      this.#person("stadt", memberships);
      this.#person("stadt", [{ unit: id, function: "deputy", title: deputy }]);
    }
  }

  addOffice(office: Office, size: number): void {
    const id = `amt-${office.number}`;
    this.#units.push({
      id,
      parent: office.department,
      kind: "office",
      number: office.number,
      name: office.name,
    });
    const divisions = this.#divisions(office, size);
    const shared = size <= LARGEST_SHARED_OFFICE;
    const fixed = this.#fixed.get(id) ?? [];
    this.people.push(...fixed);
    const has = (unit: string, is: Membership["function"]) =>
      fixed.some(({ memberships }) =>
        memberships.some((one) => one.unit === unit && one.function === is),
      );
    const before = this.people.length;
    const left = () => size - fixed.length - (this.people.length - before);
    const add = (memberships: readonly Membership[]) => this.#person("stadt", memberships);
    const { head, deputy } = kindWords.office;
    if (!has(id, "head")) add([{ unit: id, function: "head", title: head }]);
    if (size > 4 && !has(id, "deputy")) add([{ unit: id, function: "deputy", title: deputy }]);
    for (const unit of divisions) {
      const words = kindWords[unit.kind];
      if (left() > 0 && !has(unit.id, "head")) {
        add([
          { unit: id, function: "member", title: words.head },
          { unit: unit.id, function: "head", title: words.head },
        ]);
      }
    }
    // Sections take the staff of the divisions that have some.
    const leaves = divisions.filter(
      ({ id: division }) => !divisions.some(({ parent }) => parent === division),
    );
    for (let nth = 0; left() > 0; nth += 1) {
      const title = this.#random.pick(office.titles ?? clerkTitles);
      const leaf = leaves[nth % Math.max(1, leaves.length)];
      add([
        ...(shared || leaf === undefined ? [{ unit: id, function: "member", title } as const] : []),
        ...(leaf === undefined ? [] : [{ unit: leaf.id, function: "member", title } as const]),
      ]);
    }
  }

  #divisions(office: Office, size: number): readonly Unit[] {
    const parent = `amt-${office.number}`;
    const named = office.divisions.map(([number, name]): Unit => ({
      id: `abt-${number}`,
      parent,
      kind: "division",
      number,
      name,
    }));
    const wanted = size > PEOPLE_PER_DIVISION ? Math.ceil(size / PEOPLE_PER_DIVISION) : 0;
    for (let nth = named.length + 1; nth <= wanted; nth += 1) {
      const number = `${office.number}${nth < 10 ? nth : `.${nth}`}`;
      const name = divisionNames[(nth - 1) % divisionNames.length] ?? "Dienste";
      const round = Math.floor((nth - 1) / divisionNames.length);
      named.push({
        id: `abt-${number}`,
        parent,
        kind: "division",
        number,
        name: round === 0 ? name : `${name} ${round + 1}`,
      });
    }
    const each = size / Math.max(1, named.length);
    const perDivision = each > PEOPLE_PER_SECTION * 1.5 ? Math.ceil(each / PEOPLE_PER_SECTION) : 0;
    const sections = named.flatMap((division) =>
      Array.from({ length: perDivision }, (_, nth): Unit => {
        const name = sectionNames[nth % sectionNames.length] ?? "Mitte";
        const round = Math.floor(nth / sectionNames.length);
        const number = `${division.number ?? ""}/${nth + 1}`;
        return {
          id: `sg-${number.replace("/", "-")}`,
          parent: division.id,
          kind: "section",
          number,
          name: round === 0 ? name : `${name} ${round + 1}`,
        };
      }),
    );
    this.#units.push(...named, ...sections);
    return [...named, ...sections];
  }

  addSchools(size: number): void {
    const count = Math.max(6, Math.ceil(size / PEOPLE_PER_SCHOOL));
    const { head, deputy } = kindWords.school;
    for (let nth = 0; nth < count; nth += 1) {
      const unit = `schule-${String(nth + 1).padStart(2, "0")}`;
      this.#units.push({ id: unit, parent: "dez-4", kind: "school", name: schoolName(nth) });
      const fixed = this.#fixed.get(unit) ?? [];
      const here = Math.max(3, Math.floor(size / count)) - fixed.length;
      this.#person("schule", [{ unit, function: "head", title: head }]);
      this.#person("schule", [{ unit, function: "deputy", title: deputy }]);
      this.people.push(...fixed);
      for (let one = 2; one < here; one += 1) {
        this.#person("schule", [
          { unit, function: "member", title: this.#random.pick(schoolTitles) },
        ]);
      }
    }
  }

  addGroups(): void {
    const staff = this.people.filter(({ mail }) => mail.endsWith("@stadt.example"));
    const some = (count: number) =>
      [...new Set(Array.from({ length: count }, () => this.#random.pick(staff).id))].toSorted();
    this.#groups.push(
      { id: "personalrat", name: "Personalrat", mark: "PR", ...withLead(some(9)) },
      { id: "brandschutz", name: "Brandschutzbeauftragte", ...withLead(some(14)) },
      { id: "ersthelfer", name: "Ersthelfer*innen", members: some(18) },
      // Whoever steers Klaaf, by the shipped policy: two, since two approve.
      {
        id: "administratoren",
        name: "Administration Messenger",
        mark: "AM",
        members: signIns.filter(({ role }) => role === "admin").map(({ person }) => person.id),
      },
    );
  }

  /** Ends far away: a city made today is the same in some years. */
  addProjects(): void {
    const inOffices = (...offices: readonly string[]) =>
      this.people
        .filter(({ memberships }) => memberships.some(({ unit }) => offices.includes(unit)))
        .slice(0, 5)
        .map(({ id }) => id);
    this.#projects.push(
      {
        id: "glasfaser-schulen",
        name: "Glasfaser für Schulen",
        topic: "Anschluss aller Schulgebäude",
        mark: "GS",
        ...owned([
          ...signIns.filter(({ role }) => role === "head").map(({ person }) => person.id),
          ...inOffices("amt-40"),
        ]),
        until: "2099-06-30",
        // A name that cannot exist; nobody there is invited.
        partners: [{ server: "netzausbau.example", people: [] }],
      },
      {
        id: "hochwasser",
        name: "Hochwasserübung",
        mark: "HW",
        ...owned(inOffices("amt-37")),
        until: "2099-11-30",
        partners: [],
      },
    );
  }

  #person(host: "stadt" | "schule", memberships: readonly Membership[]): void {
    const givenName = this.#random.pick(givenNames);
    const familyName = this.#random.pick(familyNames);
    const desk = String(1000 + this.#random.below(9000));
    this.people.push({
      id: this.#random.uuid(),
      givenName,
      familyName,
      mail: this.#mail(givenName, familyName, host),
      ...(host === "stadt"
        ? { phone: `0221 221-${desk}`, room: `${10 + this.#random.below(80)}.${desk.slice(1)}` }
        : {}),
      memberships,
    });
  }

  #mail(givenName: string, familyName: string, host: string): string {
    const local = `${plainLetters(givenName)}.${plainLetters(familyName)}`;
    for (let nth = 1; ; nth += 1) {
      const mail = `${local}${nth === 1 ? "" : nth}@${host}.example`;
      if (!this.#mails.has(mail)) {
        this.#mails.add(mail);
        return mail;
      }
    }
  }
}

function schoolName(nth: number): string {
  const named = schoolNames[nth];
  if (named !== undefined) return named;
  const index = nth - schoolNames.length;
  const place = schoolPlaces[index % schoolPlaces.length] ?? "Mitte";
  const form =
    schoolForms[Math.floor(index / schoolPlaces.length) % schoolForms.length] ?? "Schule";
  const round = Math.floor(index / (schoolPlaces.length * schoolForms.length));
  return `${form} ${place}${round === 0 ? "" : ` ${round + 1}`}`;
}

const LETTERS: Readonly<Record<string, string>> = { ä: "ae", ö: "oe", ü: "ue", ß: "ss", ı: "i" };

/** As an e-mail address spells a name: German umlauts in two letters, other marks left out. */
export function plainLetters(name: string): string {
  return name
    .toLowerCase()
    .normalize("NFC")
    .replaceAll(/[äöüßı]/g, (letter) => LETTERS[letter] ?? letter)
    .normalize("NFD")
    .replaceAll(/[^a-z]/g, "");
}
