import type { SignInWithPassword } from "../dev/seed/index.ts";

/** What the journeys know of the running city. */
export type City = {
  readonly url: string;
  readonly people: readonly SignInWithPassword[];
  readonly synapseUrl: string;
  readonly appserviceUrl: string;
  readonly actToken: string;
  /** The organisation's file: the journeys' own copy. */
  readonly source: string;
};

const VARIABLE = "KLAAF_JOURNEY_CITY";

/** Hands the city from the global set-up to the workers, which are other processes. */
export function publishCity(city: City): void {
  process.env[VARIABLE] = JSON.stringify(city);
}

export function readCity(): City {
  const text = process.env[VARIABLE];
  if (text === undefined) throw new Error("The global set-up has not published a city.");
  return JSON.parse(text) as City;
}

/** A printed sign-in by its role. */
export function person(city: City, role: SignInWithPassword["role"]): SignInWithPassword {
  const found = city.people.find((one) => one.role === role);
  if (found === undefined) throw new Error(`There is no sign-in for ${role}.`);
  return found;
}
