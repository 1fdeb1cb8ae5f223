import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { makeCity } from "./city.ts";
import { writeOrganisation } from "./write.ts";

export const SAMPLE = { people: 300, seed: 4711 } as const;

/** The text of a sample city's file. */
export function cityText({
  people,
  seed,
}: {
  readonly people: number;
  readonly seed: number;
}): string {
  return writeOrganisation(makeCity({ people, seed }), [
    "The sample city: its offices are modelled on Cologne's public organisation chart;",
    "everybody in it is invented. Made with:",
    `  npm run city -- --people ${people} --seed ${seed}`,
  ]);
}

/**
 * The organisation file that a start uses: the committed sample city, or one of another size, made
 * once and kept with the city's state.
 */
export function cityFile(options: {
  readonly people: number | undefined;
  readonly directory: string;
  readonly sample: string;
}): string {
  const own = path.join(options.directory, "city.yaml");
  if (options.people !== undefined) {
    mkdirSync(options.directory, { recursive: true, mode: 0o700 });
    writeFileSync(own, cityText({ people: options.people, seed: SAMPLE.seed }));
  }
  return existsSync(own) ? own : options.sample;
}
