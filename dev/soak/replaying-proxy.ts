import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type ReplayingProxy = {
  readonly url: string;
  /** How many transactions it has sent on, and how many times in all. */
  readonly counts: { transactions: number; deliveries: number; lostAnswers: number };
  readonly stop: () => void;
};

/**
 * Stands between homeserver and appservice and sends every transaction on twice, one after the other or
 * both at once; now and then the homeserver does not get the answer.
 *
 * @param random between 0 and 1
 */
export async function startReplayingProxy(
  target: string,
  random: () => number,
): Promise<ReplayingProxy> {
  const counts = { transactions: 0, deliveries: 0, lostAnswers: 0 };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Uint8Array[] = [];
    for await (const part of request) parts.push(part as Uint8Array);
    const body = Buffer.concat(parts);
    const send = async () => {
      const reply = await fetch(`${target}${request.url ?? ""}`, {
        method: request.method ?? "GET",
        headers: {
          authorization: request.headers.authorization ?? "",
          "content-type": request.headers["content-type"] ?? "application/json",
        },
        ...(body.length === 0 ? {} : { body }),
      });
      counts.deliveries += 1;
      return { status: reply.status, text: await reply.text() };
    };
    const isTransaction = request.method === "PUT";
    if (!isTransaction) {
      const { status, text } = await send();
      response.writeHead(status, { "content-type": "application/json" }).end(text);
      return;
    }
    counts.transactions += 1;
    const together = random() < 0.5;
    const loses = random() < 0.03;
    const [first] = together ? await Promise.all([send(), send()]) : [await send()];
    if (!together) await send();
    if (loses) {
      counts.lostAnswers += 1;
      response.writeHead(502).end();
      return;
    }
    response.writeHead(first.status, { "content-type": "application/json" }).end(first.text);
  }

  const server = createServer((request, response) => {
    // The appservice is down, or was killed before it answered.
    answer(request, response).catch(() => response.writeHead(502).end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    counts,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
