import { expect, it } from "vitest";
import { withFirstSyncOfItsOwn } from "./first-sync.ts";

const base = "http://server.example/_matrix/client/v3";

async function asked(address: string, bytes: readonly number[]): Promise<string> {
  const seen: string[] = [];
  const fetch = withFirstSyncOfItsOwn(async (input) => {
    seen.push(input instanceof Request ? input.url : String(input));
    return new Response();
  }, Uint8Array.from(bytes));
  await fetch(address);
  return seen.join();
}

const filter = JSON.stringify({ room: { timeline: { limit: 20 } } });
const first = `${base}/sync?filter=${encodeURIComponent(filter)}&timeout=0`;

it("makes the first sync of each start another request with the same meaning", async () => {
  const [one, again, other] = [
    await asked(first, [1, 2, 3]),
    await asked(first, [1, 2, 3]),
    await asked(first, [2, 2, 3]),
  ];
  expect(one).toBe(again);
  expect(one).not.toBe(other);
  for (const url of [one, other]) {
    const sent = new URL(url).searchParams.get("filter") ?? "";
    expect(JSON.parse(sent)).toEqual(JSON.parse(filter));
  }
});

it("leaves every other request as it is", async () => {
  for (const address of [
    `${base}/sync?filter=7&since=s1`,
    `${base}/filter?filter=7`,
    `${base}/sync`,
  ]) {
    expect(await asked(address, [1, 1])).toBe(address);
  }
});
