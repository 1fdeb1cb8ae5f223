import { createInstance } from "i18next";
import type { i18n } from "i18next";
import { initReactI18next } from "react-i18next";
import type { Language } from "../ports/ports.ts";
import { de } from "./de.ts";
import { en } from "./en.ts";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: typeof de };
  }
}

/** The texts, ready when it resolves. */
export async function createTexts(language: Language): Promise<i18n> {
  const texts = createInstance();
  await texts.use(initReactI18next).init({
    lng: language,
    fallbackLng: "de",
    resources: { de: { translation: de }, en: { translation: en } },
    // React escapes.
    interpolation: { escapeValue: false },
  });
  return texts;
}

/** The first of the browser's languages that there are texts in; German otherwise. */
export function languageFor(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const [language] = tag.toLowerCase().split("-");
    if (language === "de" || language === "en") return language;
  }
  return "de";
}
