// The appservice's program.
import { runAppservice } from "./start.ts";

await runAppservice([]);
