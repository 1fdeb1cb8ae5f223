import { accessSync, constants } from "node:fs";
import path from "node:path";
import packaged from "@sparticuz/chromium";

export type Browser = { readonly path: string; readonly args: readonly string[] };

const SYSTEM_NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** Keeps a headless Chromium from asking the outside for updates and lists: the journeys' traffic is the client's alone. */
const QUIET = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-quic",
  "--disable-sync",
  "--no-first-run",
];

/**
 * The Chromium for journeys and benchmarks: the system's where there is one, else the one that comes
 * inside an npm package; never a download of its own.
 */
export async function findBrowser(): Promise<Browser> {
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  for (const folder of (process.env["PATH"] ?? "").split(path.delimiter)) {
    for (const name of SYSTEM_NAMES) {
      const file = path.join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return { path: file, args: [...QUIET, ...sandbox] };
      } catch {
        // Not here.
      }
    }
  }
  return {
    path: await packaged.executablePath(),
    args: [...QUIET, "--no-sandbox", "--headless=shell", "--no-zygote"],
  };
}
