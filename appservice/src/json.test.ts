import { assert, boolean, jsonValue, property } from "fast-check";
import { expect, it } from "vitest";
import { doubledKeyAt } from "./json.ts";
import { readYaml, YamlError } from "./yaml.ts";

it.each([
  ["in the open", '{"a":1,"a":2}', 7],
  ["below others", '{"a":[{"b":1},{"b":{"c":1,"d":2,"c":3}}]}', 32],
  ["written in another way", '{"a":1,"\\u0061":2}', 7],
  ["after a string with quotation marks", '{"a":"\\"a\\":{","a":2}', 15],
])("a doubled key is found %s", (_, text, at) => {
  expect(doubledKeyAt(text)).toBe(at);
  expect(() => readYaml(text)).toThrow(YamlError);
});

it("what was written from a value has none, and is read back as it was", () => {
  assert(
    property(jsonValue(), boolean(), (value, wide) => {
      const text = wide ? JSON.stringify(value, null, 2) : JSON.stringify(value);
      expect(doubledKeyAt(text)).toBeUndefined();
      expect(readYaml(text)).toEqual(JSON.parse(text));
    }),
  );
});
