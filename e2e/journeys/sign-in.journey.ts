import { person } from "../city.ts";
import { OFFICE, openRoom, rowOf, toSettings, write } from "../rooms.ts";
import { expect, signIn, test } from "../test.ts";
import { filled, wordsOf } from "../words.ts";

const de = wordsOf("de");

test("a wrong password is said beside the form, and what was typed stays", async ({
  open,
  city,
}) => {
  const page = await open();
  const { mail } = person(city, "employee");
  await page.getByLabel(de.signIn.mail).fill(mail);
  await page.getByLabel(de.signIn.password, { exact: true }).fill("falsch-falsch-falsch");
  await page.getByRole("button", { name: de.signIn.submit }).click();
  await expect(page.getByText(de.problem["wrong-password"])).toBeVisible();
  await expect(page.getByLabel(de.signIn.mail)).toHaveValue(mail);
});

test("an address that is none is said at its field, before anything is sent", async ({ open }) => {
  const page = await open({ width: 360 });
  await page.getByLabel(de.signIn.mail).fill("aylin");
  await page.getByRole("button", { name: de.signIn.submit }).click();
  await expect(page.getByText(de.signIn.mailWrong)).toBeVisible();
  await expect(page.getByText(de.signIn.passwordMissing)).toBeVisible();
});

test("a page that was reloaded is still signed in, and shows the same room", async ({
  signedIn,
}) => {
  const page = await signedIn("employee");
  await openRoom(page, OFFICE);
  await page.reload();
  await expect(
    page.getByRole("region", { name: filled(de.room.label, { name: OFFICE }) }),
  ).toBeVisible();
});

test("signing out asks first, ends the session on the server, and leaves nothing on the device", async ({
  signedIn,
  city,
}) => {
  const page = await signedIn("teacher");
  let token = "";
  page.context().on("request", (request) => {
    token = request.headers()["authorization"] ?? token;
  });
  await page.reload();
  await toSettings(page);
  await page.getByRole("button", { name: de.settings.signOut }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: de.settings.signOut }).click();
  await expect(page.getByText(de.signIn.signedOut)).toBeVisible();
  const left = await page.evaluate(async () => {
    const stored: string[] = [];
    for (const { name = "" } of await indexedDB.databases()) {
      const db = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open(name);
        request.addEventListener("success", () => resolve(request.result));
        request.addEventListener("error", () => reject(new Error(name)));
      });
      for (const store of db.objectStoreNames) {
        const count = await new Promise<number>((resolve) => {
          const request = db.transaction(store).objectStore(store).count();
          request.addEventListener("success", () => resolve(request.result));
        });
        if (count > 0) stored.push(`${name}/${store}: ${count}`);
      }
      db.close();
    }
    return {
      stored,
      cookies: document.cookie,
      local: JSON.stringify(Object.entries(localStorage)),
    };
  });
  expect(left.stored).toEqual([]);
  expect(left.cookies).toBe("");
  expect(left.local).not.toMatch(/@|becker|syt_/i);
  expect(token).toMatch(/^Bearer /);
  const answer = await fetch(`${city.url}/_matrix/client/v3/account/whoami`, {
    headers: { authorization: token },
  });
  expect(answer.status).toBe(401);
});

test("a session that IT ended says so, and leads back to the form", async ({ signedIn, city }) => {
  const page = await signedIn("teacher");
  const { sourceId } = person(city, "teacher");
  const known = await fetch(`${city.appserviceUrl}/api/v1/people/${sourceId}`, {
    headers: { authorization: `Bearer ${city.actToken}` },
  });
  const { userId } = (await known.json()) as { userId: string };
  const devices = `${city.synapseUrl}/_synapse/admin/v2/users/${encodeURIComponent(userId)}`;
  const headers = { authorization: `Bearer ${city.actToken}`, "content-type": "application/json" };
  const list = (await (await fetch(`${devices}/devices`, { headers })).json()) as {
    devices: { device_id: string }[];
  };
  await fetch(`${devices}/delete_devices`, {
    method: "POST",
    headers,
    body: JSON.stringify({ devices: list.devices.map(({ device_id: id }) => id) }),
  });
  await expect(page.getByText(de.signIn.sessionEnded)).toBeVisible({ timeout: 45_000 });
  await signIn(page, person(city, "teacher"), de);
});

test("nothing readable of the session lies in the browser's storage", async ({
  signedIn,
  city,
}) => {
  const page = await signedIn("employee");
  await openRoom(page, OFFICE);
  await write(page, OFFICE, "Kanarienvogel-im-Speicher");
  await expect(rowOf(page, OFFICE)).toContainText("Kanarienvogel-im-Speicher");
  const stored = await page.evaluate(async () => {
    const words: string[] = [
      JSON.stringify(Object.entries(localStorage)),
      JSON.stringify(Object.entries(sessionStorage)),
    ];
    for (const { name = "" } of await indexedDB.databases()) {
      const db = await new Promise<IDBDatabase>((resolve) => {
        const request = indexedDB.open(name);
        request.addEventListener("success", () => resolve(request.result));
      });
      for (const store of db.objectStoreNames) {
        const rows = await new Promise<unknown[]>((resolve) => {
          const request = db.transaction(store).objectStore(store).getAll();
          request.addEventListener("success", () => resolve(request.result));
        });
        words.push(JSON.stringify(rows));
      }
      db.close();
    }
    return words.join("\n");
  });
  expect(stored).not.toMatch(/syt_|stadt\.localhost|Kanarienvogel|Demir/);
  expect(person(city, "employee").name).toBe("Aylin Demir");
});
