// `npm run reset`: forgets this machine's city, so that the next `npm start` makes a new one. The
// installed packages and the Python environment stay.
import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { paths } from "./paths.ts";
import { PlainError } from "./report.ts";
import { runMain } from "./run-main.ts";
import { RunGuard } from "./stack/survivors.ts";

await runMain(async () => {
  if (!existsSync(paths.city)) {
    process.stdout.write("There is no city on this machine yet. `npm start` makes one.\n");
    return;
  }
  const guard = new RunGuard(paths.state);
  await guard.take();
  rmSync(paths.city, { recursive: true, force: true });
  guard.release();
  if (existsSync(paths.city)) {
    throw new PlainError(
      `${path.relative(paths.root, paths.city)} could not be removed. Please remove it by hand.`,
    );
  }
  process.stdout.write(
    "The city is gone: accounts, rooms and messages. `npm start` makes a new one.\nBrowsers that were signed in must sign in anew.\n",
  );
});
