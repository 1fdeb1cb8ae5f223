// `npm run klaaf -- COMMAND`: the appservice's command line. Speaks to this machine's city, or to the one
// that KLAAF_URL and KLAAF_TOKEN_FILE name.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { parse } from "yaml";
import { z } from "zod";
import { runCli } from "../appservice/src/cli/cli.ts";
import { readEndpoints } from "./endpoints.ts";
import { paths } from "./paths.ts";
import { PlainError } from "./report.ts";
import { runMain } from "./run-main.ts";

function cityOf(): { readonly url: string; readonly token: string } {
  const { KLAAF_TOKEN_FILE: tokenFile, KLAAF_URL: url } = process.env;
  if (url !== undefined && tokenFile !== undefined) {
    if (!existsSync(tokenFile))
      throw new PlainError(`There is no ${tokenFile} (KLAAF_TOKEN_FILE).`);
    return { url, token: readFileSync(tokenFile, "utf8").trim() };
  }
  const endpoints = readEndpoints(paths.city);
  if (endpoints === undefined)
    throw new PlainError("There is no city on this machine yet. `npm start` makes one.");
  const registration = path.join(paths.city, "synapse", "registration-act.yaml");
  // Read here rather than through the bridge library, which takes half a second to load.
  const { as_token: token } = z
    .object({ as_token: z.string() })
    .parse(parse(readFileSync(registration, "utf8")));
  return { url: endpoints.appserviceUrl, token };
}

async function askYesOrNo(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^(?:y|yes|j|ja)$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}

await runMain(async () => {
  process.exitCode = await runCli(process.argv.slice(2), {
    ...cityOf(),
    out: (line) => process.stdout.write(`${line}\n`),
    err: (line) => process.stderr.write(`${line}\n`),
    live: process.stderr.isTTY ? (line) => process.stderr.write(`\r\u001B[K${line}`) : undefined,
    ask: process.stdin.isTTY ? askYesOrNo : undefined,
  });
});
