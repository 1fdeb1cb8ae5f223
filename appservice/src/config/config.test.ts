import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ConfigError, readConfig } from "./config.ts";

const SECRET = "postgres://klaaf:geheim-0123@db/klaaf";
const folder = mkdtempSync(path.join(tmpdir(), "config-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = path.join(folder, "appservice.yaml");
const urlFile = path.join(folder, "url");
writeFileSync(urlFile, `${SECRET}\n`);

const good = {
  serverName: "stadt.example",
  homeserverUrl: "http://127.0.0.1:8008/",
  listen: { port: 9000 },
  store: { kind: "pglite", directory: "/var/lib/klaaf" },
  registrations: { act: "act.yaml", hear: "hear.yaml" },
  source: { kind: "file", path: "city.yaml" },
};

function read(content: unknown) {
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return readConfig(file);
}
function refusalOf(content: unknown): string {
  try {
    read(content);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "accepted";
}

describe("a configuration", () => {
  it("is read, with what it may leave out filled in", () => {
    expect(read(good)).toEqual({
      ...good,
      homeserverUrl: "http://127.0.0.1:8008",
      listen: { host: "127.0.0.1", port: 9000 },
      priorityPeople: [],
      log: { level: "info" },
    });
  });

  it("listens on this machine alone unless told otherwise", () => {
    expect(read(good).listen.host).toBe("127.0.0.1");
  });

  it.each([
    ["in the file itself", { kind: "postgres", url: SECRET }],
    ["in a file of its own, without its line break", { kind: "postgres", urlFile }],
  ])("takes the store's secret %s", (_, store) => {
    expect(read({ ...good, store }).store).toEqual({ kind: "postgres", url: SECRET });
  });

  it.each<[string, unknown, string]>([
    ["a missing name", { ...good, serverName: undefined }, "serverName"],
    ["an address that is none", { ...good, homeserverUrl: "localhost" }, "homeserverUrl"],
    ["another protocol", { ...good, homeserverUrl: "file:///etc" }, "homeserverUrl"],
    ["port 0", { ...good, listen: { port: 0 } }, "listen.port"],
    ["a port in words", { ...good, listen: { port: "9000" } }, "listen.port"],
    ["an unknown store", { ...good, store: { kind: "sqlite" } }, "store.kind"],
    ["a store without folder", { ...good, store: { kind: "pglite" } }, "store.directory"],
    ["a store without address", { ...good, store: { kind: "postgres" } }, "store"],
    [
      "a store with two addresses",
      { ...good, store: { kind: "postgres", url: SECRET, urlFile } },
      "store",
    ],
    [
      "a secret's file that is missing",
      { ...good, store: { kind: "postgres", urlFile: "/no/such" } },
      "store.urlFile",
    ],
    [
      "a secret's file that is empty",
      { ...good, store: { kind: "postgres", urlFile: "/dev/null" } },
      "store.urlFile",
    ],
    ["an unknown level", { ...good, log: { level: "loud" } }, "log.level"],
    ["an unknown key", { ...good, serverNaem: "x" }, "serverNaem"],
    ["an unknown key further in", { ...good, listen: { port: 1, hots: "x" } }, "hots"],
    ["an unknown key of the store", { ...good, store: { ...good.store, dir: "x" } }, "dir"],
    ["a list", [], "top level"],
    ["nothing", "", "top level"],
  ])("with %s is refused, naming the field", (_, content, field) => {
    const words = refusalOf(content);
    expect(words).toContain(file);
    expect(words.split("\n").slice(1).join("\n")).toContain(field);
  });

  it("is refused with all errors at once, one line each", () => {
    const words = refusalOf({
      ...good,
      serverName: "",
      listen: { port: 0 },
      store: { kind: "postgres", urlFile: "/no/such" },
      colour: "red",
    });
    const lines = words.split("\n").slice(1);
    for (const field of ["serverName", "listen.port", "store.urlFile", "colour"])
      expect(lines.filter((line) => line.includes(field))).toHaveLength(1);
    expect(lines).toHaveLength(4);
  });

  it.each([
    `store: { kind: postgres, url: "${SECRET} }\n`,
    `url: ${SECRET}\nurl: ${SECRET}\n`,
    JSON.stringify({ ...good, store: { kind: "postgres", url: SECRET, port: 1 } }),
    JSON.stringify({ ...good, store: { kind: "postgres", url: [SECRET] } }),
    JSON.stringify({ ...good, homeserverUrl: SECRET }),
  ])("keeps its secrets to itself when it cannot be used: %j", (content) => {
    const words = refusalOf(content);
    expect(words).not.toBe("accepted");
    expect(words).not.toContain("geheim");
  });

  it("that is missing is named", () => {
    expect(() => readConfig(path.join(folder, "no.yaml"))).toThrow(/no\.yaml.*cannot be read/);
  });
});
