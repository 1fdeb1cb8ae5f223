import { z } from "zod";
import { createMatrix } from "../matrix/index.ts";
import { start } from "./start.tsx";
import { installTrustedTypes } from "./trusted-types.ts";

// Its faster parsers are made by eval, which the content policy forbids; asking already counts as trying.
z.config({ jitless: true });
installTrustedTypes(window);
const root = document.getElementById("root");
if (root === null) throw new Error("The page has no place for the client.");
await start(createMatrix(), root);
