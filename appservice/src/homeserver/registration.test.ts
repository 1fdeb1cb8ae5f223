import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { readRegistration } from "./registration.ts";

const SECRET = "hs-secret-0123456789";
const good = {
  id: "klaaf-hear",
  url: "http://127.0.0.1:9000",
  as_token: "as-secret-0123456789",
  hs_token: SECRET,
  sender_localpart: "klaaf-hear",
  rate_limited: false,
  namespaces: { users: [{ exclusive: false, regex: "@provisioning:x" }], aliases: [], rooms: [] },
};

const folder = mkdtempSync(path.join(tmpdir(), "registration-"));
const file = path.join(folder, "hear.yaml");
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => rmSync(file, { force: true }));

function refusalOf(text: string): string {
  writeFileSync(file, text);
  try {
    readRegistration(file);
  } catch (error) {
    return error instanceof Error ? `${error.message} ${error.stack}` : String(error);
  }
  return "";
}

describe("a registration file", () => {
  it("gives what we speak with and what we are spoken to with", () => {
    writeFileSync(file, JSON.stringify(good));
    expect(readRegistration(file)).toEqual({
      id: "klaaf-hear",
      asToken: good.as_token,
      hsToken: SECRET,
      senderLocalpart: "klaaf-hear",
    });
  });

  it("may have no address: who has none acts and hears nothing", () => {
    writeFileSync(file, JSON.stringify({ ...good, url: null }));
    expect(readRegistration(file).id).toBe("klaaf-hear");
  });

  it.each([
    ["as_token", undefined],
    ["hs_token", ""],
    ["hs_token", "short"],
    ["hs_token", "with a space in the middle"],
    ["as_token", 1_234_567_890_123_456],
    ["sender_localpart", null],
    ["id", undefined],
  ])("is refused with the field's name where %s is %j", (field, value) => {
    const words = refusalOf(JSON.stringify({ ...good, [field]: value }));
    expect(words).toContain(file);
    expect(words).toContain(field);
  });

  it("names all that is wrong at once", () => {
    const words = refusalOf(JSON.stringify({ ...good, id: "", hs_token: "" }));
    expect(words).toMatch(/id: .*hs_token: /);
  });

  it.each([
    `hs_token: ${SECRET}\nhs_token: ${SECRET}\n`,
    `hs_token: "${SECRET}\n`,
    `hs_token: ${SECRET}: x\n`,
    `[${SECRET}`,
    JSON.stringify({ ...good, as_token: `${SECRET} x` }),
  ])("keeps its secrets to itself when it cannot be used: %j", (text) => {
    const words = refusalOf(text);
    expect(words).toContain(file);
    expect(words).not.toContain(SECRET);
  });

  it("says so where it is missing", () => {
    expect(() => readRegistration(path.join(folder, "no.yaml"))).toThrow(/no\.yaml.*ENOENT/);
  });
});
