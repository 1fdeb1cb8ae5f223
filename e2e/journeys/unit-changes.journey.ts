import { readFileSync, writeFileSync } from "node:fs";
import { runCli } from "../../appservice/src/cli/cli.ts";
import type { City } from "../city.ts";
import { messagesOf, openRoom, rowOf, write } from "../rooms.ts";
import { expect, test } from "../test.ts";

/** Runs a command of the command line, as IT would in a terminal. */
async function klaaf(city: City, ...args: readonly string[]): Promise<string> {
  const lines: string[] = [];
  const code = await runCli(args, {
    url: city.appserviceUrl,
    token: city.actToken,
    out: (line) => lines.push(line),
    err: (line) => lines.push(line),
    ask: undefined,
  });
  expect(code, lines.join("\n")).toBe(0);
  return lines.join("\n");
}

test("a change of the organisation's file shows as a plan and, approved, in a signed-in client without reload", async ({
  city,
  signedIn,
}) => {
  // The city that grows behind the other journeys must stand first: a plan waits for the run before it.
  test.setTimeout(300_000);
  const page = await signedIn("teacher");
  await expect(page.getByRole("list").getByRole("link").first()).toBeVisible();
  await expect(rowOf(page, "52 Sportamt")).toHaveCount(0);

  // A plan that is made while the city still grows is another one a moment later.
  await expect.poll(() => klaaf(city, "plan"), { timeout: 150_000 }).toMatch(/Nothing to do/);
  const before = readFileSync(city.source, "utf8");
  const teacher = before.split("\n").find((line) => line.includes("katharina.becker@")) ?? "";
  const sports = "memberships: [{ unit: amt-52, function: member, title: Sportlehrkraft }, ";
  writeFileSync(city.source, before.replace(teacher, teacher.replace("memberships: [", sports)));
  const plan = await klaaf(city, "plan");
  expect(plan).toMatch(/let in\s+\S+ {2}space:amt-52/);
  await expect(rowOf(page, "52 Sportamt")).toHaveCount(0);

  await klaaf(city, "apply", "--plan", /Plan (\w{64})/.exec(plan)?.[1] ?? "");
  await openRoom(page, "52 Sportamt");
  await write(page, "52 Sportamt", "Guten Tag, ich bin die Neue.");
  await expect(messagesOf(page, "52 Sportamt").getByText("ich bin die Neue")).toBeVisible();

  writeFileSync(
    city.source,
    readFileSync(city.source, "utf8").replace("name: Sportamt", "name: Sport und Bäder"),
  );
  await klaaf(city, "apply", "--yes");
  await expect(rowOf(page, "52 Sport und Bäder")).toBeVisible();
  await expect(messagesOf(page, "52 Sport und Bäder").getByText("ich bin die Neue")).toBeVisible();

  writeFileSync(city.source, before);
  await klaaf(city, "apply", "--yes");
  await expect(rowOf(page, "52 Sport und Bäder")).toHaveCount(0);
  await expect(rowOf(page, "52 Sportamt")).toHaveCount(0);
});
