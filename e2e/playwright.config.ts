import { defineConfig } from "@playwright/test";
import { findBrowser } from "./browser.ts";

const browser = await findBrowser();

export default defineConfig({
  testDir: "journeys",
  testMatch: "*.journey.ts",
  outputDir: "../test-results/journeys",
  globalSetup: "./global-setup.ts",
  fullyParallel: false,
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"], ["json", { outputFile: "../test-results/journeys.json" }]],
  use: {
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: { executablePath: browser.path, args: [...browser.args] },
  },
});
