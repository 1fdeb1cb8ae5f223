import {
  messagesOf,
  OFFICE,
  OFFICE_ANNOUNCEMENTS,
  openRoom,
  rowOf,
  composerOf,
  write,
} from "../rooms.ts";
import { expect, test } from "../test.ts";
import { wordsOf } from "../words.ts";

const de = wordsOf("de");

test("two people of one department write to each other in two browsers", async ({ signedIn }) => {
  const aylin = await signedIn("employee");
  const thomas = await signedIn("head", { width: 360 });
  await openRoom(aylin, OFFICE);
  await openRoom(thomas, OFFICE);

  await write(aylin, OFFICE, "Herr Schmitz, die Zahlen sind fertig.");
  const received = messagesOf(thomas, OFFICE).getByText("die Zahlen sind fertig");
  await expect(received).toBeVisible();
  await expect(messagesOf(thomas, OFFICE)).toContainText("Aylin Demir");

  await write(thomas, OFFICE, "Danke! Ich schaue gleich hinein.");
  await expect(messagesOf(aylin, OFFICE).getByText("Ich schaue gleich hinein")).toBeVisible();
  await expect(messagesOf(aylin, OFFICE)).toContainText("Thomas Schmitz");
  await expect(composerOf(aylin, OFFICE)).toHaveValue("");
});

test("the sample rooms hold talk already, with names and a day", async ({ signedIn }) => {
  const page = await signedIn("employee");
  await openRoom(page, OFFICE);
  await expect(messagesOf(page, OFFICE)).toContainText("Schönen Feierabend");
  await expect(rowOf(page, OFFICE_ANNOUNCEMENTS)).toContainText("Ergebnis der Dienstbesprechung");
});

test("a message that was not seen is marked in the list until its room is opened", async ({
  signedIn,
}) => {
  const jonas = await signedIn("admin");
  const aylin = await signedIn("employee", { width: 360 });
  await openRoom(jonas, "121 IT-Betrieb");
  const before = rowOf(jonas, OFFICE).getByText(/ungelesen/);
  await openRoom(aylin, OFFICE);
  await write(aylin, OFFICE, "Der Aufzug fährt wieder.");
  await expect(rowOf(jonas, OFFICE)).toContainText("Der Aufzug fährt wieder.");
  await expect(before).toBeAttached();
  await openRoom(jonas, OFFICE);
  await expect(messagesOf(jonas, OFFICE)).toContainText("Der Aufzug fährt wieder.");
  await expect(rowOf(jonas, OFFICE).getByText(/ungelesen/)).toHaveCount(0);
  await jonas.reload();
  await rowOf(jonas, OFFICE).waitFor();
  await expect(rowOf(jonas, OFFICE).getByText(/ungelesen/)).toHaveCount(0);
});

test("a message keeps its lines, and shows what looks like markup as text", async ({
  signedIn,
}) => {
  const page = await signedIn("employee");
  await openRoom(page, OFFICE);
  const box = composerOf(page, OFFICE);
  await box.fill("<img src=x onerror=alert(1)> erste Zeile");
  await box.press("Shift+Enter");
  await box.pressSequentially("zweite Zeile");
  await page.getByRole("button", { name: de.composer.send }).click();
  const message = messagesOf(page, OFFICE).getByText("<img src=x onerror=alert(1)> erste Zeile");
  await expect(message).toBeVisible();
  await expect(message).toContainText("zweite Zeile");
});

test("without connection a message waits or says that it was not sent, and goes out later", async ({
  signedIn,
}) => {
  const page = await signedIn("employee");
  await openRoom(page, OFFICE);
  await page.context().setOffline(true);
  await write(page, OFFICE, "Aus dem Tunnel");
  await expect(messagesOf(page, OFFICE).getByText("Aus dem Tunnel")).toBeVisible();
  await page.context().setOffline(false);
  const thomas = await signedIn("head");
  await openRoom(thomas, OFFICE);
  const again = page.getByRole("button", { name: de.timeline.resend });
  await expect(async () => {
    if (await again.isVisible()) await again.click();
    await expect(messagesOf(thomas, OFFICE).getByText("Aus dem Tunnel")).toBeVisible({
      timeout: 3000,
    });
  }).toPass({ timeout: 45_000 });
  await expect(messagesOf(thomas, OFFICE).getByText("Aus dem Tunnel")).toHaveCount(1);
});

test("in announcements the employee reads, and the head writes", async ({ signedIn }) => {
  const thomas = await signedIn("head");
  const aylin = await signedIn("employee", { width: 360 });
  await openRoom(aylin, OFFICE_ANNOUNCEMENTS);
  await expect(aylin.getByText(de.composer.readOnly)).toBeVisible();
  await openRoom(thomas, OFFICE_ANNOUNCEMENTS);
  await write(thomas, OFFICE_ANNOUNCEMENTS, "Am Freitag schließt die Kantine um 13 Uhr.");
  await expect(messagesOf(aylin, OFFICE_ANNOUNCEMENTS)).toContainText("schließt die Kantine");
});
