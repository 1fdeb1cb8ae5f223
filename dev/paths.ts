import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const state = path.resolve(process.env["KLAAF_STATE"] ?? path.join(root, ".state"));

/** Where things lie on a developer's or a trial machine. */
export const paths = {
  root,
  /** All that this machine made for itself; git-ignored, mode 700. */
  state,
  /** One city: Synapse's database and keys, the appservice's store, logs, sign-ins. */
  city: path.join(state, "city"),
  /** Our own Synapse modules, for PYTHONPATH. */
  synapseModules: path.join(root, "synapse-config", "modules"),
  builtClient: path.join(root, "client", "dist"),
  sampleCity: path.join(root, "dev", "sample-city", "city.yaml"),
} as const;
