// `npm run build`: builds the client, precompressed, into client/dist.
import { buildClient } from "../client/build.ts";
import { paths } from "./paths.ts";
import { terminalReport } from "./report.ts";
import { runMain } from "./run-main.ts";

await runMain(async () => {
  await buildClient({ outDir: paths.builtClient, report: terminalReport() });
});
