import { afterEach, describe, expect, it } from "vitest";
import { createClient } from "./client.ts";
import type { Client, ReadingCodec } from "./client.ts";
import { channelEngineLink, channelPageLink, portEngineLink, portPageLink } from "./links.ts";
import { adoptList, applyList, diffList } from "./list-patch.ts";
import type { ListPatch } from "./list-patch.ts";
import { serve } from "./server.ts";
import type { EngineLink } from "./wire.ts";

type Row = { readonly id: string; readonly text: string };

/** An engine that keeps a list of rows, answers `echo` and never answers `hang`. */
class Rows {
  rows: readonly Row[] = [];
  readonly listeners = new Set<(rows: readonly Row[]) => void>();
  readonly encoded: unknown[] = [];
  readonly asked: string[] = [];
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  set(rows: readonly Row[]): void {
    this.rows = rows;
    for (const listener of this.listeners) listener(rows);
  }

  serve(link: EngineLink): () => void {
    return serve(
      link,
      {
        call: (name, args) => {
          this.asked.push(name);
          if (name === "hang") return new Promise(() => {});
          if (name === "fail") return Promise.reject(new Error("broken"));
          return Promise.resolve({ ok: true, value: [this.#name, ...args] });
        },
        watch: (name, _, listener) => {
          if (name !== "rows") return undefined;
          let sent: readonly Row[] | undefined;
          const tell = (rows: readonly Row[]) => {
            const patch = sent === undefined ? rows : diffList(sent, rows);
            if (sent !== undefined) this.encoded.push(patch);
            listener(sent === undefined, patch);
            sent = rows;
          };
          this.listeners.add(tell);
          tell(this.rows);
          return () => this.listeners.delete(tell);
        },
      },
      this.#name,
    );
  }
}

const rowsCodec: ReadingCodec = {
  decode: (before, patch) =>
    applyList(before as readonly Row[], patch as ListPatch<Row>, (row) => row.id),
  adopt: (before, after) =>
    adoptList(before as readonly Row[], after as readonly Row[], (row) => row.id),
};

/** The values a watch gave, and a way to wait for the next one. */
function seenBy(client: Client) {
  const values: (readonly Row[])[] = [];
  let wake: (() => void) | undefined;
  const unwatch = client.watch("rows", [], rowsCodec, (value) => {
    values.push(value as readonly Row[]);
    wake?.();
  });
  const until = async (count: number) => {
    while (values.length < count) await new Promise<void>((resolve) => (wake = resolve));
    return values;
  };
  return { values, until, unwatch };
}

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

function connect(client: Client, engine: Rows): () => void {
  const { port1, port2 } = new MessageChannel();
  port1.start();
  port2.start();
  const stop = engine.serve(portEngineLink(port2));
  client.attach(portPageLink(port1));
  closing.push(() => {
    port1.close();
    port2.close();
  });
  return stop;
}

describe("calls and watches over a port", () => {
  it("answer a call, and a call that breaks inside with a failure", async () => {
    const client = createClient();
    connect(client, new Rows("one"));
    expect(await client.call("echo", [1, "zwei"])).toEqual({ ok: true, value: ["one", 1, "zwei"] });
    expect(await client.call("fail", [])).toEqual({
      ok: false,
      failure: { code: "unknown", retry: "never" },
    });
  });

  it("give the value at once, then patches, and keep what did not change", async () => {
    const client = createClient();
    const engine = new Rows("one");
    const [a, b, b2] = [
      { id: "a", text: "t" },
      { id: "b", text: "t" },
      { id: "b", text: "u" },
    ];
    engine.rows = [a, b];
    connect(client, engine);
    const seen = seenBy(client);
    const [first] = await seen.until(1);
    engine.set([a, b2]);
    const [, second] = await seen.until(2);
    expect(second).toEqual([a, b2]);
    expect(second?.[0]).toBe(first?.[0]);
    expect(engine.encoded).toEqual([{ at: 1, remove: 1, insert: [b2] }]);
  });

  it("stop when the watch is ended", async () => {
    const client = createClient();
    const engine = new Rows("one");
    connect(client, engine);
    const seen = seenBy(client);
    await seen.until(1);
    seen.unwatch();
    seen.unwatch();
    // Calls and watches share one ordered line.
    await client.call("echo", []);
    expect(engine.listeners.size).toBe(0);
  });

  it("wait for an engine that is not there yet", async () => {
    const client = createClient();
    const seen = seenBy(client);
    const answer = client.call("echo", ["early"]);
    connect(client, new Rows("late"));
    expect(await answer).toEqual({ ok: true, value: ["late", "early"] });
    expect(await seen.until(1)).toEqual([[]]);
  });
});

describe("when another engine takes over", () => {
  it("opens the watches again and asks again what got no answer", async () => {
    const client = createClient();
    const one = new Rows("one");
    one.rows = [{ id: "a", text: "t" }];
    const stop = connect(client, one);
    const seen = seenBy(client);
    await seen.until(1);
    const answer = client.call("hang", []);
    await client.call("echo", []);
    stop();

    const two = new Rows("two");
    two.rows = [
      { id: "a", text: "t" },
      { id: "b", text: "t" },
    ];
    connect(client, two);
    const values = await seen.until(2);
    expect(values[1]).toEqual(two.rows);
    expect(values[1]?.[0]).toBe(values[0]?.[0]);
    await client.call("echo", []);
    expect(two.asked).toEqual(["hang", "echo"]);
    void answer;
  });

  it("tells nothing when the new one knows just the same", async () => {
    const client = createClient();
    const engines = ["one", "two"].map((name) => {
      const engine = new Rows(name);
      engine.rows = [{ id: "a", text: "t" }];
      return engine;
    });
    const seen = seenBy(client);
    for (const engine of engines) {
      connect(client, engine);
      await seen.until(1);
      await client.call("echo", []);
    }
    expect(seen.values).toHaveLength(1);
  });
});

describe("over the channel that the pages share", () => {
  it("answers each page alone, and forgets a page that has gone", async () => {
    const name = `test-${crypto.randomUUID()}`;
    const lockOf = (page: string) => `${name}:${page}`;
    const engine = new Rows("one");
    const channel = new BroadcastChannel(name);
    const engineLink = channelEngineLink(channel, navigator.locks, lockOf);
    engine.serve(engineLink);

    const pages = ["left", "right"].map((page) => {
      const { promise: here, resolve: leave } = Promise.withResolvers<void>();
      void navigator.locks.request(lockOf(page), () => here);
      const client = createClient();
      client.attach(channelPageLink(new BroadcastChannel(name), page));
      closing.push(() => client.close());
      return { client, leave, seen: seenBy(client) };
    });
    closing.push(() => engineLink.close());

    for (const { client, seen } of pages) {
      expect(await client.call("echo", [])).toEqual({ ok: true, value: ["one"] });
      await seen.until(1);
    }
    expect(engine.listeners.size).toBe(2);
    pages[0]?.leave();
    // The engine's own wait for that lock was first in line.
    await navigator.locks.request(lockOf("left"), () => {});
    expect(engine.listeners.size).toBe(1);
  });
});
