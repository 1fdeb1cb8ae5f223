import { de } from "../client/src/i18n/de.ts";
import { en } from "../client/src/i18n/en.ts";

export type Language = "de" | "en";

/** The client's own texts, so that a journey finds things by the words people read. */
export function wordsOf(language: Language) {
  return language === "de" ? de : en;
}

/** A text with its placeholders filled in. */
export function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_whole, name: string) => values[name] ?? "");
}
