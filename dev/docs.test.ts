import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { paths } from "./paths.ts";

const skipped = (file: string): boolean =>
  /(?:^|\/)(?:node_modules|dist|\.state|shared)(?:\/|$)/.test(file);
const pages = globSync(["*.md", "docs/**/*.md"], { cwd: paths.root, exclude: skipped });
/** Files that name a page of docs/ in their comments. */
const sources = globSync(
  ["*.yml", "{dev,appservice,client,protocol,synapse-config,deploy}/**/*.{ts,tsx,yaml,yml}"],
  {
    cwd: paths.root,
    exclude: skipped,
  },
);

it.each(pages)("%s links to what is there", (page) => {
  const text = readFileSync(path.join(paths.root, page), "utf8");
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map(
    ([, link = ""]) => link,
  );
  const broken = links.filter(
    (link) => !existsSync(path.join(paths.root, path.dirname(page), link)),
  );
  expect(broken).toEqual([]);
});

it("every page that a source file names is there", () => {
  const named = sources.flatMap((file) =>
    [...readFileSync(path.join(paths.root, file), "utf8").matchAll(/\bdocs\/[\w/-]+\.md\b/g)].map(
      ([page]) => page,
    ),
  );
  expect(named.length).toBeGreaterThan(2);
  expect(named.filter((page) => !existsSync(path.join(paths.root, page)))).toEqual([]);
});

it("every decision stands in the index", () => {
  const folder = path.join(paths.root, "docs/decisions");
  const index = readFileSync(path.join(folder, "README.md"), "utf8");
  for (const file of globSync("0*.md", { cwd: folder })) expect(index).toContain(`(${file})`);
});
