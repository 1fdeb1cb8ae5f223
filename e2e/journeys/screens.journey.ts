import path from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { paths } from "../../dev/paths.ts";
import { messagesOf, OFFICE, openRoom, rowOf, toSettings } from "../rooms.ts";
import { expect, test } from "../test.ts";
import type { Look } from "../test.ts";
import { wordsOf } from "../words.ts";

const WIDTHS = [360, 768, 1440] as const;
const THEMES = ["light", "dark"] as const;
const LANGUAGES = ["de", "en"] as const;

/** Each width, theme and language once in `npm test`, every combination in the full run. */
const LOOKS: readonly Required<Look>[] =
  process.env["KLAAF_FULL"] === "1"
    ? WIDTHS.flatMap((width) =>
        THEMES.flatMap((theme) => LANGUAGES.map((language) => ({ width, theme, language }))),
      )
    : [
        { width: 360, theme: "light", language: "de" },
        { width: 768, theme: "dark", language: "en" },
        { width: 1440, theme: "dark", language: "de" },
      ];

/** Keeps a picture, and finds no barrier that a machine can find (WCAG 2.2 AA), nor sideways scrolling. */
async function inspect(page: Page, name: string, look: Required<Look>): Promise<void> {
  const file = `${name}-${look.width}-${look.theme}-${look.language}.png`;
  await page.screenshot({ path: path.join(paths.root, "test-results", "screens", file) });
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    // The library's own passing announcements name elements that may be gone by then.
    .exclude("[data-live-announcer]")
    .analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`),
    name,
  ).toEqual([]);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow, `${name} scrolls sideways`).toBe(0);
}

for (const look of LOOKS) {
  const title = `${look.width} px, ${look.theme}, ${look.language}`;
  test(`every screen is in order at ${title}`, async ({ open, signedIn }) => {
    const words = wordsOf(look.language);
    const form = await open(look);
    await form.getByRole("heading", { name: words.signIn.title }).waitFor();
    await inspect(form, "sign-in", look);

    const page = await signedIn("employee", look);
    await rowOf(page, OFFICE).waitFor();
    await inspect(page, "rooms", look);
    await openRoom(page, OFFICE, look.language);
    await expect(messagesOf(page, OFFICE, look.language)).toContainText("Schönen Feierabend");
    await inspect(page, "room", look);
    if (look.width === 360) await page.getByRole("link", { name: words.room.back }).click();
    await toSettings(page, look.language);
    await page.getByRole("heading", { name: words.settings.title }).waitFor();
    await inspect(page, "settings", look);
  });
}
