import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { createTexts, languageFor } from "./i18n.ts";

type Tree = { readonly [key: string]: string | Tree };

function flat(tree: Tree, prefix = ""): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string"
      ? [[prefix + key, value] as [string, string]]
      : flat(value, `${prefix}${key}.`),
  );
}
const german = new Map(flat(de));
const english = new Map(flat(en));
const placeholders = (text: string) =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = ""]) => name).toSorted();

const source = path.dirname(import.meta.dirname);
const code = globSync("**/*.{ts,tsx}", { cwd: source })
  .filter((file) => !file.endsWith(".test.ts") && !file.startsWith("i18n"))
  .map((file) => readFileSync(path.join(source, file), "utf8"))
  .join("\n");

describe("the texts", () => {
  it("have the same keys in German and English", () => {
    expect([...english.keys()]).toEqual([...german.keys()]);
  });

  it.each([...german])("have the same placeholders in both languages: %s", (key, text) => {
    expect(placeholders(english.get(key) ?? "")).toEqual(placeholders(text));
  });

  it.each([...german])("are not empty: %s", (key, text) => {
    expect(text.trim()).not.toBe("");
    expect(english.get(key)?.trim()).not.toBe("");
  });

  it("are all used", () => {
    const unused = [...german.keys()]
      .map((key) => key.replace(/_(one|other)$/, ""))
      .filter((key) => !code.includes(`"${key}"`) && !usedByCode(key));
    expect(unused).toEqual([]);
  });
});

/** Errors are told by their code, the only keys that are put together. */
function usedByCode(key: string): boolean {
  return key.startsWith("problem.") && /t\(`problem\.\$\{\w+(\.\w+)?\}`/.test(code);
}

describe("the language", () => {
  it("is the first wanted one that there are texts in, else German", () => {
    expect(languageFor(["fr-FR", "en-GB", "de"])).toBe("en");
    expect(languageFor(["de-AT", "en"])).toBe("de");
    expect(languageFor(["tr"])).toBe("de");
    expect(languageFor([])).toBe("de");
  });

  it("can be changed while running", async () => {
    const texts = await createTexts("de");
    expect(texts.t("signIn.title")).toBe("Anmelden");
    await texts.changeLanguage("en");
    expect(texts.t("signIn.title")).toBe("Sign in");
    expect(texts.t("room.members", { count: 1, formatted: "1" })).toBe("1 member");
  });
});
