import { describe, expect, it } from "vitest";
import { createLog, SECRET_FIELDS } from "./log.ts";
import { Metrics } from "./metrics.ts";

const SECRET = "Geheimnis-0123456789";

function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  let lines = "";
  write(createLog("trace", { write: (line) => (lines += line) }));
  return lines;
}

describe("the log", () => {
  it("writes a line of JSON for each message, with time, level and service", () => {
    const line: unknown = JSON.parse(logged((log) => log.info({ port: 1 }, "listening")));
    expect(line).toMatchObject({ service: "appservice", port: 1, msg: "listening", level: 30 });
  });

  it.each([
    "access_token",
    "actToken",
    "asToken",
    "as_token",
    "authorization",
    "body",
    "content",
    "displayName",
    "displayname",
    "familyName",
    "formatted_body",
    "givenName",
    "hsToken",
    "hs_token",
    "mail",
    "password",
    "phone",
    "token",
  ])("leaves out %s, wherever it lies", (field) => {
    expect(SECRET_FIELDS).toContain(field);
    const one = { [field]: SECRET };
    const lines = logged((log) => {
      log.info(one, "top");
      log.info({ a: one }, "one down");
      log.info({ a: { b: one } }, "two down");
      log.info({ a: { b: { c: one } } }, "three down");
      log.info({ people: [one, one] }, "in a list");
      log.info({ a: { people: [{ person: one }] } }, "in a list further in");
      log.info({ a: { b: { c: { d: { e: { f: one } } } } } }, "far down");
      log.child(one).info("in a child's own");
      log.child({ request: { headers: one } }).warn("further in a child's own");
      log.error({ err: Object.assign(new Error("broken"), one) }, "on an error");
      log.error(
        { err: new Error("outer", { cause: Object.assign(new Error("inner"), one) }) },
        "on its cause",
      );
    });
    expect(lines.trim().split("\n")).toHaveLength(11);
    expect(lines).not.toContain(SECRET);
  });

  it("leaves out a whole object that stands under such a name", () => {
    const lines = logged((log) =>
      log.info({ event: { content: { body: SECRET, nested: [SECRET] } } }),
    );
    expect(lines).not.toContain(SECRET);
  });

  it("spares what helps: ids, rules, counts, an error's words", () => {
    const lines = logged((log) =>
      log.warn(
        { action: "join:space:12:@u1:x", err: new Error("M_FORBIDDEN"), planned: 7 },
        "not done",
      ),
    );
    for (const word of ["join:space:12:@u1:x", "M_FORBIDDEN", "7"]) expect(lines).toContain(word);
  });

  it("leaves what it is given as it was, and is not stopped by a circle", () => {
    const person: Record<string, unknown> = { mail: SECRET };
    person["self"] = person;
    const lines = logged((log) => log.info({ person }, "round and round"));
    expect(lines).not.toContain(SECRET);
    expect(person["mail"]).toBe(SECRET);
  });
});

describe("the metrics", () => {
  it("count by kind and result", async () => {
    const metrics = new Metrics();
    metrics.actionEnded("join", "done");
    metrics.actionEnded("join", "done");
    metrics.removalsHeld(3);
    metrics.inboxTook("dropped", 5);
    metrics.homeserverAnswered("PUT", 429);
    const text = await metrics.text();
    expect(text).toContain('appservice_provisioning_actions_total{kind="join",result="done"} 2');
    expect(text).toContain("appservice_provisioning_held 3");
    expect(text).toContain('appservice_inbox_events_total{result="dropped"} 5');
    expect(text).toContain('appservice_homeserver_requests_total{method="PUT",status="429"} 1');
    expect(metrics.contentType).toContain("text/plain");
  });

  it("tell how a queue stands when they are read, and nothing while the store is away", async () => {
    const metrics = new Metrics();
    let away = false;
    metrics.watchQueue("inbox", async () => {
      if (away) throw new Error("away");
      return { waiting: 3, oldestSeconds: 12.5, quarantined: 1 };
    });
    const text = await metrics.text();
    expect(text).toContain("appservice_inbox_waiting 3");
    expect(text).toContain("appservice_inbox_oldest_seconds 12.5");
    expect(text).toContain("appservice_inbox_quarantined 1");
    away = true;
    expect(await metrics.text()).toContain("appservice_inbox_waiting Nan");
  });

  it("may be made twice in one process", () => {
    expect(() => [new Metrics(), new Metrics()]).not.toThrow();
  });
});
