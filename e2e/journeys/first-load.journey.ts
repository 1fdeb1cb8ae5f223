import { expect, test } from "../test.ts";
import { wordsOf } from "../words.ts";

const MOST_BYTES = 250_000;
const MOST_REQUESTS = 12;

test("the sign-in form costs little to load, precompressed, and nothing comes from elsewhere", async ({
  browser,
  city,
}) => {
  const page = await browser.newPage({ baseURL: city.url, locale: "de-DE" });
  const sizes: { readonly url: string; readonly bytes: number; readonly encoding: string }[] = [];
  page.on("requestfinished", (request) => {
    void Promise.all([request.sizes(), request.response()]).then(([size, response]) => {
      sizes.push({
        url: request.url(),
        bytes: size.responseBodySize + size.responseHeadersSize,
        encoding: response?.headers()["content-encoding"] ?? "",
      });
    });
  });
  await page.goto("/");
  await page.getByRole("button", { name: wordsOf("de").signIn.submit }).waitFor();
  await page.waitForLoadState("networkidle");
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  test.info().annotations.push({
    type: "cost",
    description: `${sizes.length} requests, ${Math.round(total / 1000)} kB`,
  });
  expect(total).toBeLessThan(MOST_BYTES);
  expect(sizes.length).toBeLessThanOrEqual(MOST_REQUESTS);
  // What fits into two packets anyway is not worth a second file.
  const scripts = sizes.filter(({ url, bytes }) => /\.(js|css)$/.test(url) && bytes > 2000);
  expect(scripts.filter(({ encoding }) => !/^(br|gzip)$/.test(encoding))).toEqual([]);
  await page.close();
});
