import { test as base } from "@playwright/test";
import type { BrowserContextOptions, Page } from "@playwright/test";
import { person, readCity } from "./city.ts";
import type { City } from "./city.ts";
import { Guard } from "./guards.ts";
import type { SignInRole } from "../dev/sample-city/sign-ins.ts";
import { wordsOf } from "./words.ts";
import type { Language } from "./words.ts";

export type Look = {
  readonly width?: 360 | 768 | 1440;
  readonly language?: Language;
  readonly theme?: "light" | "dark";
};

const HEIGHTS = { 360: 780, 768: 1024, 1440: 900 } as const;

type Fixtures = {
  readonly city: City;
  /** A browser of one's own, at the client's address. */
  readonly open: (look?: Look) => Promise<Page>;
  /** A browser in which a person of the city has signed in. */
  readonly signedIn: (role: SignInRole, look?: Look) => Promise<Page>;
};

/** Journeys fail on anything that a {@link Guard} saw, besides what they look at themselves. */
export const test = base.extend<Fixtures>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads what a fixture needs from this pattern.
  city: async ({}, use) => {
    await use(readCity());
  },
  open: async ({ browser, city }, use) => {
    const guards: Guard[] = [];
    const close: (() => Promise<void>)[] = [];
    await use(async (look = {}) => {
      const context = await browser.newContext({ baseURL: city.url, ...optionsOf(look) });
      close.push(() => context.close());
      guards.push(new Guard(context, city.url));
      const page = await context.newPage();
      await page.goto("/");
      return page;
    });
    for (const one of close) await one();
    base.expect(guards.flatMap((guard) => guard.offences)).toEqual([]);
  },
  signedIn: async ({ city, open }, use) => {
    await use(async (role, look = {}) => {
      const page = await open(look);
      await signIn(page, person(city, role), wordsOf(look.language ?? "de"));
      return page;
    });
  },
});
export { expect } from "@playwright/test";

function optionsOf({
  width = 1440,
  language = "de",
  theme = "light",
}: Look): BrowserContextOptions {
  return {
    viewport: { width, height: HEIGHTS[width] },
    locale: language === "de" ? "de-DE" : "en-GB",
    timezoneId: "Europe/Berlin",
    colorScheme: theme,
    hasTouch: width === 360,
  };
}

/** Fills in the form and waits for the rooms. */
export async function signIn(
  page: Page,
  { mail, password }: { readonly mail: string; readonly password: string },
  words: ReturnType<typeof wordsOf>,
): Promise<void> {
  await page.getByLabel(words.signIn.mail).fill(mail);
  await page.getByLabel(words.signIn.password, { exact: true }).fill(password);
  await page.getByRole("button", { name: words.signIn.submit }).click();
  await page
    .getByRole("link", { name: words.settings.title })
    .filter({ visible: true })
    .first()
    .waitFor();
}
