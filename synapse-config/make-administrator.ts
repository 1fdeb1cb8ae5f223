// Run once by docker-compose.yml when Synapse is up, and again whenever; the second time does nothing.
//   node make-administrator.ts --homeserver URL --appservice CONFIG --secret FILE
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { makeAdministrator } from "./administrator.ts";

const { values } = parseArgs({
  options: {
    homeserver: { type: "string" },
    appservice: { type: "string" },
    secret: { type: "string" },
  },
});
const Options = z.object({ homeserver: z.url(), appservice: z.string(), secret: z.string() });
const options = Options.parse(values);
const readYaml = (file: string): unknown => parseYaml(readFileSync(file, "utf8"));

// The appservice's configuration names the city and the registration; nothing is said twice.
const { registrations, serverName } = z
  .looseObject({ serverName: z.string(), registrations: z.looseObject({ act: z.string() }) })
  .parse(readYaml(options.appservice));
const { as_token: actToken } = z
  .looseObject({ as_token: z.string() })
  .parse(readYaml(registrations.act));
const made = await makeAdministrator({
  url: options.homeserver,
  serverName,
  actToken,
  registrationSecret: readFileSync(options.secret, "utf8").trim(),
});
process.stdout.write(
  made ? "The provisioning account is an administrator now.\n" : "Nothing to do.\n",
);
