import type { Theme } from "../ports/ports.ts";
import type { Brand } from "./brand.ts";

/** Writes the chosen theme where tokens.css looks. */
export function applyTheme(root: HTMLElement, theme: Theme, deviceWantsContrast: boolean): void {
  if (theme === "light" || theme === "dark") root.dataset["theme"] = theme;
  else delete root.dataset["theme"];
  if (theme === "contrast" || deviceWantsContrast) root.dataset["contrast"] = "more";
  else delete root.dataset["contrast"];
}

/** Writes name and accent of the brand; through CSSOM, which the Content-Security-Policy allows. */
export function applyBrand(page: Document, brand: Brand): void {
  page.title = brand.name;
  const sheet = new CSSStyleSheet();
  // A sheet of its own below the high-contrast palette, which keeps its accent.
  sheet.replaceSync(
    `:root:not([data-contrast]) { --brand-light: ${brand.accent.light}; --brand-dark: ${brand.accent.dark}; }`,
  );
  page.adoptedStyleSheets = [...page.adoptedStyleSheets, sheet];
}
