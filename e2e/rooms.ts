import type { Locator, Page } from "@playwright/test";
import { filled, wordsOf } from "./words.ts";
import type { Language } from "./words.ts";

/** The department that three of the printed sign-ins share. */
export const OFFICE = "12 Amt für Informationsverarbeitung";
export const OFFICE_ANNOUNCEMENTS = "Mitteilungen 12";

/** A room's row in the list. */
export const rowOf = (page: Page, room: string): Locator =>
  page
    .getByRole("list")
    .getByRole("link")
    .filter({ has: page.getByText(room, { exact: true }) });

/** Opens a room from the list. */
export async function openRoom(
  page: Page,
  room: string,
  language: Language = "de",
): Promise<Locator> {
  await rowOf(page, room).click();
  const region = page.getByRole("region", {
    name: filled(wordsOf(language).room.label, { name: room }),
  });
  await region.waitFor();
  return region;
}

/** The box to write into. */
export const composerOf = (page: Page, room: string, language: Language = "de"): Locator =>
  page.getByRole("textbox", { name: filled(wordsOf(language).composer.label, { name: room }) });

export async function write(page: Page, room: string, text: string): Promise<void> {
  await composerOf(page, room).fill(text);
  await composerOf(page, room).press("Enter");
}

/** The messages of the open room. */
export const messagesOf = (page: Page, room: string, language: Language = "de"): Locator =>
  page.getByLabel(filled(wordsOf(language).timeline.label, { name: room }));

/** Goes to the settings by the link that this width shows. */
export async function toSettings(page: Page, language: Language = "de"): Promise<void> {
  await page
    .getByRole("link", { name: wordsOf(language).settings.title })
    .filter({ visible: true })
    .first()
    .click();
}
