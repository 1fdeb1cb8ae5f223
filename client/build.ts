import { createHash } from "node:crypto";
import { globSync } from "node:fs";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { build } from "vite";

/** Where the build says how far it is. */
interface Report {
  step(text: string): void;
}

const client = import.meta.dirname;
const root = path.dirname(client);
/** A dot file: the gateway does not serve it. */
const STAMP = ".built-from";
const SOURCES = ["client/**", "protocol/**", "package-lock.json"];
const NO_SOURCE = /(^|\/)(dist[^/]*|node_modules)(\/|$)|\.test\.tsx?$/;
const COMPRESSIBLE = /\.(css|html|js|json|svg|txt|wasm|webmanifest)$/;
/** In bytes; above it the highest quality costs more time than it is worth. */
const LARGE = 2_000_000;
const WORTH_COMPRESSING = 1024;

/**
 * Builds the client into `outDir`, with a `.br` and a `.gz` beside every text of more than a kilobyte.
 * Does nothing where `outDir` already holds the build of the same sources. The finished build takes its
 * place at once, so that nobody is served half of one.
 *
 * @throws with Vite's words if the sources do not build; `outDir` is then as it was
 */
export async function buildClient({
  outDir,
  report,
}: {
  readonly outDir: string;
  readonly report: Report;
}): Promise<void> {
  const stamp = await stampOf(root);
  const built = await readFile(path.join(outDir, STAMP), "utf8").catch(() => "");
  if (built === stamp) return;
  report.step("The client is being built");
  const unfinished = `${outDir}-${process.pid}`;
  try {
    await build({
      root: client,
      configFile: path.join(client, "vite.config.ts"),
      logLevel: "warn",
      build: { outDir: unfinished, emptyOutDir: true },
    });
    await compressAll(unfinished);
    await writeFile(path.join(unfinished, STAMP), stamp);
    await rm(outDir, { recursive: true, force: true });
    await rename(unfinished, outDir);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  report.step("The client is built");
}

/** A hash over the names and contents of all that the build reads. */
export async function stampOf(directory: string): Promise<string> {
  const files = globSync(SOURCES, { cwd: directory, exclude: (name) => NO_SOURCE.test(name) })
    .filter((name) => path.extname(name) !== "" && !NO_SOURCE.test(name))
    .toSorted();
  const hash = createHash("sha256");
  const contents = await Promise.all(files.map((file) => readFile(path.join(directory, file))));
  for (const [index, file] of files.entries()) {
    hash.update(`${file}\0${contents[index]?.length ?? 0}\0`).update(contents[index] ?? "");
  }
  return hash.digest("hex");
}

/** Writes `.br` and `.gz` beside every compressible file of more than a kilobyte. */
export async function compressAll(directory: string): Promise<void> {
  const files = globSync("**", { cwd: directory }).filter((name) => COMPRESSIBLE.test(name));
  await Promise.all(
    files.map(async (name) => {
      const file = path.join(directory, name);
      const content = await readFile(file);
      if (content.length <= WORTH_COMPRESSING) return;
      const [brotli, zipped] = await Promise.all([
        promisify(brotliCompress)(content, {
          params: {
            // The last two steps cost half a minute on the crypto library, for a fifteenth of its size.
            [constants.BROTLI_PARAM_QUALITY]:
              content.length > LARGE ? 9 : constants.BROTLI_MAX_QUALITY,
            [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
          },
        }),
        promisify(gzip)(content, { level: constants.Z_BEST_COMPRESSION }),
      ]);
      await Promise.all([writeFile(`${file}.br`, brotli), writeFile(`${file}.gz`, zipped)]);
    }),
  );
}
