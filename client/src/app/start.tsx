import "@fontsource-variable/inter/wght.css";
import "../theme/base.css";
import type { i18n } from "i18next";
import { useSyncExternalStore } from "react";
import { I18nProvider } from "react-aria-components/I18nProvider";
import { createRoot } from "react-dom/client";
import { I18nextProvider } from "react-i18next";
import { createTexts, languageFor } from "../i18n/i18n.ts";
import type { Matrix } from "../matrix/index.ts";
import { applyBrand, applyTheme } from "../theme/apply.ts";
import { parseBrand } from "../theme/brand.ts";
import type { Brand } from "../theme/brand.ts";
import { App } from "./App.tsx";
import { browserAttention, browserClock, browserNavigation } from "./browser-ports.ts";
import { createPreferences } from "./preferences.ts";
import type { TextStore } from "./preferences.ts";
import { ServicesContext } from "./services.ts";
import type { Services } from "./services.ts";
import { Sessions } from "./sessions.ts";

/** Puts the parts together and shows the client. */
export async function start(matrix: Matrix, root: HTMLElement): Promise<void> {
  const preferences = createPreferences(deviceStore(), {
    language: languageFor(navigator.languages),
    theme: "system",
  });
  const [brand, texts] = await Promise.all([loadBrand(), createTexts(preferences.get().language)]);
  const wantsContrast = matchMedia("(prefers-contrast: more)");
  const apply = () => {
    const { language, theme } = preferences.get();
    document.documentElement.lang = language;
    applyTheme(document.documentElement, theme, wantsContrast.matches);
    if (texts.language !== language) void texts.changeLanguage(language);
  };
  preferences.watch(apply);
  wantsContrast.addEventListener("change", apply);
  apply();
  applyBrand(document, brand);

  const services: Services = {
    matrix,
    sessions: new Sessions({ matrix, clock: browserClock, navigation: browserNavigation }),
    brand,
    preferences,
    clock: browserClock,
    attention: browserAttention,
    navigation: browserNavigation,
  };
  createRoot(root).render(<Shown services={services} texts={texts} />);
}

function Shown({ services, texts }: { readonly services: Services; readonly texts: i18n }) {
  const { preferences } = services;
  const { language } = useSyncExternalStore(
    (listener) => preferences.watch(listener),
    () => preferences.get(),
  );
  return (
    <I18nProvider locale={language}>
      <I18nextProvider i18n={texts}>
        <ServicesContext value={services}>
          <App />
        </ServicesContext>
      </I18nextProvider>
    </I18nProvider>
  );
}

/** The town's brand; Klaaf's own where the file cannot be read, with what is wrong in the console. */
async function loadBrand(): Promise<Brand> {
  const input: unknown = await fetch("/brand.json")
    .then((response): Promise<unknown> => response.json())
    .catch(() => undefined);
  const { brand, problems } = parseBrand(input);
  for (const problem of problems) reportError(new Error(problem));
  return brand;
}

/** A browser that forbids storage throws when it is only mentioned. */
function deviceStore(): TextStore | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
