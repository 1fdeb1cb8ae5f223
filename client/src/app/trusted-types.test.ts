import { describe, expect, it } from "vitest";
import { installTrustedTypes, trustedTypesRules } from "./trusted-types.ts";

const rules = trustedTypesRules("https://klaaf.example");

describe("Trusted Types", () => {
  it("let only the empty string become markup", () => {
    expect(rules.createHTML("")).toBe("");
    expect(() => rules.createHTML(" ")).toThrow(TypeError);
    expect(() => rules.createHTML("<b>x</b>")).toThrow(TypeError);
  });

  it.each(["/assets/worker-abc.js", "https://klaaf.example/assets/worker-abc.js"])(
    "let code come from %s",
    (url) => {
      expect(rules.createScriptURL(url)).toBe("https://klaaf.example/assets/worker-abc.js");
    },
  );

  it.each([
    "https://elsewhere.example/assets/worker.js",
    "//elsewhere.example/assets/worker.js",
    "/assets/../upload/worker.js",
    "/_matrix/client/media/worker.js",
    "data:text/javascript,alert(1)",
    "blob:https://klaaf.example/assets/1",
    "https://klaaf.example:8443/assets/worker.js",
    "",
    "http://[",
  ])("let no code come from %j", (url) => {
    expect(() => rules.createScriptURL(url)).toThrow(TypeError);
  });

  it("let no string become code", () => {
    expect(() => rules.createScript("")).toThrow(TypeError);
  });

  it("are installed as the one default policy, where the browser knows them", () => {
    const made: string[] = [];
    installTrustedTypes({
      origin: "https://klaaf.example",
      trustedTypes: { createPolicy: (name) => made.push(name) },
    });
    installTrustedTypes({ origin: "https://klaaf.example" });
    expect(made).toEqual(["default"]);
  });
});
