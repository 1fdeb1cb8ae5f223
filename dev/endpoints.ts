import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Where the parts of this machine's city listened at its last start. */
export type Endpoints = {
  readonly url: string;
  readonly synapseUrl: string;
  readonly appserviceUrl: string;
};

const fileIn = (city: string) => path.join(city, "endpoints.json");

/** @returns what the last start noted, or undefined before the first one */
export function readEndpoints(city: string): Endpoints | undefined {
  try {
    return JSON.parse(readFileSync(fileIn(city), "utf8")) as Endpoints;
  } catch {
    return undefined;
  }
}

export function writeEndpoints(city: string, endpoints: Endpoints): void {
  writeFileSync(fileIn(city), JSON.stringify(endpoints), { mode: 0o600 });
}
