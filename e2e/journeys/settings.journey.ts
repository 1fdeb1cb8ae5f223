import { toSettings } from "../rooms.ts";
import { expect, test } from "../test.ts";
import { wordsOf } from "../words.ts";

const de = wordsOf("de");
const en = wordsOf("en");

test("language and look are chosen in the settings, at once, and kept", async ({ signedIn }) => {
  const page = await signedIn("employee", { width: 768 });
  await toSettings(page);
  await page.getByText("English", { exact: true }).click();
  await expect(page.getByRole("heading", { name: en.settings.title })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await page.getByText(en.settings.themeDark, { exact: true }).click();
  const background = () =>
    page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const dark = await background();
  await page.reload();
  await expect(page.getByRole("heading", { name: en.settings.title })).toBeVisible();
  expect(await background()).toBe(dark);
  await page.getByText(en.settings.themeLight, { exact: true }).click();
  await expect.poll(background).not.toBe(dark);
});

test("a unit in the rail shows its own rooms, and all come back", async ({ signedIn }) => {
  const page = await signedIn("admin");
  const rail = page.getByRole("navigation", { name: de.rail.label });
  const list = page.getByRole("link").filter({ hasText: /Amt für Informationsverarbeitung/ });
  await expect(list).not.toHaveCount(0);
  await rail.getByRole("button", { name: /121 IT-Betrieb/ }).click();
  await expect(list).toHaveCount(0);
  await rail.getByRole("button", { name: de.rail.allRooms }).click();
  await expect(list).not.toHaveCount(0);
});

test("a page that does not exist leads back to the start", async ({ open }) => {
  const page = await open();
  await page.goto("/gibt/es/nicht");
  await expect(page.getByText(de.app.notFoundTitle)).toBeVisible();
  await page.getByRole("button", { name: de.app.toStart }).click();
  await expect(page.getByRole("heading", { name: de.signIn.title })).toBeVisible();
});
