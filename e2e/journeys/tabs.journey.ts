import { messagesOf, OFFICE, openRoom, write } from "../rooms.ts";
import { expect, test } from "../test.ts";

test("a second tab shows the same rooms; when the first is closed it goes on by itself", async ({
  signedIn,
}) => {
  const first = await signedIn("employee");
  const second = await first.context().newPage();
  await second.goto("/");
  await openRoom(second, OFFICE);
  await openRoom(first, OFFICE);
  await write(second, OFFICE, "Aus dem zweiten Fenster");
  await expect(messagesOf(first, OFFICE).getByText("Aus dem zweiten Fenster")).toBeVisible();

  await first.close();
  const thomas = await signedIn("head");
  await openRoom(thomas, OFFICE);
  await write(thomas, OFFICE, "Sind Sie noch da?");
  await expect(messagesOf(second, OFFICE).getByText("Sind Sie noch da?")).toBeVisible();
  await write(second, OFFICE, "Ja, bin ich.");
  await expect(messagesOf(thomas, OFFICE).getByText("Ja, bin ich.")).toBeVisible();
});
