// `npm run bench:people`: how long people search takes at sizes up to 20,000 people, as the employee's
// door does it: reading what was typed, finding, ranking, cards. Pure computation: CPU time.
import { randomInt } from "node:crypto";
import { MOST_PEOPLE_A_PAGE } from "@klaaf/protocol";
import { Disclosure, EmployeeDoor, Pace } from "../appservice/src/people/index.ts";
import type { Directory } from "../appservice/src/people/index.ts";
import { makeCity } from "../dev/sample-city/city.ts";

const SIZES = [2000, 5000, 10_000, 20_000];
const SEARCHES = 4000;

function directoryOf(people: number): Directory {
  const organisation = makeCity({ people, seed: 4711 });
  return {
    version: String(people),
    organisation,
    entries: organisation.people.map((person) => ({ person, userId: `@${person.id}:t` })),
    spaces: new Map(),
  };
}

function pick<T>(list: readonly T[]): T {
  const one = list[randomInt(list.length)];
  if (one === undefined) throw new Error("There is nothing to pick.");
  return one;
}

/** As people type: names from two letters on, in parts, with an office, a function, misspelt. */
function queriesFor({ organisation: { people, units } }: Directory): readonly string[] {
  return Array.from({ length: SEARCHES }, (_, nth) => {
    const { familyName, givenName, phone } = pick(people);
    const { name, number } = pick(units);
    return [
      familyName.slice(0, 2),
      familyName.slice(0, 4),
      familyName,
      `${givenName.slice(0, 3)} ${familyName.slice(0, 3)}`,
      `${number ?? name} ${familyName.slice(0, 2)}`,
      name,
      "Amtsleitung 37",
      "sa am st",
      phone?.slice(-4) ?? "1234",
      `${familyName.slice(0, 1)}y${familyName.slice(2)}`,
    ][nth % 10] as string;
  });
}

const cpuMs = (since: NodeJS.CpuUsage): number => {
  const { system, user } = process.cpuUsage(since);
  return (user + system) / 1000;
};
const at = (sorted: readonly number[], share: number): string =>
  `${(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1)} ms`;

process.stdout.write(
  "| people | index made | search, median | 99 of 100 | slowest | found on average |\n" +
    "| -----: | ---------: | -------------: | --------: | ------: | ---------------: |\n",
);
for (const size of SIZES) {
  const directory = directoryOf(size);
  const first = directory.entries[0];
  if (first === undefined) throw new Error("The city has nobody in it.");
  const source = { current: () => directory, subscribe: () => () => {} };
  const door = new EmployeeDoor({
    source,
    policy: () => {
      throw new Error("not asked");
    },
    now: () => 0,
    // Speed is what is measured, not patience.
    disclosure: new Disclosure({ atLeast: size, share: 1, windowMs: 1 }),
    pace: new Pace({ burst: Number.MAX_SAFE_INTEGER, perSecond: 1 }),
  });
  const caller = {
    kind: "person",
    sourceId: first.person.id,
    userId: first.userId,
    roles: [],
  } as const;
  const search = (text: string) =>
    door.search(caller, { text, page: 1, limit: MOST_PEOPLE_A_PAGE });
  const before = process.cpuUsage();
  search("mü");
  const made = cpuMs(before);
  const queries = queriesFor(directory);
  for (const text of queries.slice(0, 300)) search(text);
  let found = 0;
  const times = queries
    .map((text) => {
      const start = process.cpuUsage();
      found += search(text).people.length;
      return cpuMs(start);
    })
    .toSorted((one, other) => one - other);
  const cells = [
    directory.entries.length,
    `${made.toFixed(0)} ms`,
    at(times, 0.5),
    at(times, 0.99),
    at(times, 1),
    (found / queries.length).toFixed(1),
  ];
  process.stdout.write(`| ${cells.join(" | ")} |\n`);
}
