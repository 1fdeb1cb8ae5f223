// `npm run city -- --people 2000 --seed 7 --out city.yaml`: makes a sample city of any size.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { PlainError } from "../report.ts";
import { runMain } from "../run-main.ts";
import { cityText, SAMPLE } from "./city-file.ts";

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < least || number > most) {
    throw new PlainError(
      `--${name} must be a whole number from ${least} to ${most}, not "${text}".`,
    );
  }
  return number;
}

await runMain(async () => {
  const { values } = parseArgs({
    options: {
      people: { type: "string", default: String(SAMPLE.people) },
      seed: { type: "string", default: String(SAMPLE.seed) },
      out: { type: "string" },
    },
  });
  const text = cityText({
    people: wholeNumber("people", values.people, 50, 20_000),
    seed: wholeNumber("seed", values.seed, 0, 2 ** 32 - 1),
  });
  if (values.out === undefined) process.stdout.write(text);
  else writeFileSync(values.out, text);
});
