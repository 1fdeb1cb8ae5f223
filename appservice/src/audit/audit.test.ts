import { describe, expect, it } from "vitest";
import { scratchStore } from "../testing/scratch-store.ts";
import { canonicalJson } from "./canonical.ts";
import { hashOf, NO_HASH } from "./chain.ts";
import { auditContract } from "./contract.ts";

auditContract("embedded", scratchStore);

describe("the text that is hashed", () => {
  it("is the same for the same value, whatever the order of its names", () => {
    expect(canonicalJson({ b: 1, a: { d: [2, 1], c: null } })).toBe(
      '{"a":{"c":null,"d":[2,1]},"b":1}',
    );
  });

  it("sorts names by code units, as RFC 8785 (3.2.3) has it", () => {
    const names = ["\u20ac", "\r", "\ufb33", "1", "\ud83d\ude00", "\u0080", "\u00f6"];
    const text = canonicalJson(Object.fromEntries(names.map((name) => [name, 0])));
    expect(text.slice(1, -1)).toBe(
      ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\ud83d\ude00", "\ufb33"]
        .map((name) => `${JSON.stringify(name)}:0`)
        .join(","),
    );
  });

  it("leaves out what JSON leaves out, and keeps dates as they will be read", () => {
    expect(canonicalJson({ gone: undefined, at: new Date(0) })).toBe(
      '{"at":"1970-01-01T00:00:00.000Z"}',
    );
  });

  it("has its form in docs/decisions/0015-audit-log.md; another one would break every log there is", () => {
    const link = {
      position: 1,
      at: "2026-11-24T12:00:00.123Z",
      actorKind: "system",
      actorId: "provisioning",
      action: "member.removed",
      subject: "p-1",
      reason: "not-in-source",
      details: '{"room":"room:12:general"}',
      previousHash: NO_HASH,
    };
    expect(hashOf(link)).toBe("bc5f62afe9e71fdf522335902ed02c643b236ce6dc94aa49d88fd2fc44907f6d");
  });
});
