import { z } from "../zod.ts";
import type { Result } from "../door.ts";
import { createSessionStore } from "../session-store.ts";
import { startEngine } from "./engine.ts";
import { channelOf, hostEngine } from "./host.ts";
import type { Engine } from "./service.ts";

// Its faster parsers are made by eval, which the content policy forbids.
z.config({ jitless: true });

// The worker's beginning. It gets nothing but the account's key from the page: the session's token comes
// out of the encrypted store, and stays here.
const Start = z.object({ start: z.string() });

const begin = (event: MessageEvent) => {
  const message = Start.safeParse(event.data);
  if (!message.success) return;
  self.removeEventListener("message", begin);
  void run(message.data.start);
};
self.addEventListener("message", begin);

async function run(key: string): Promise<void> {
  const store = createSessionStore({ indexedDB, now: () => Date.now() });
  const session = await store.get(key);
  const engine =
    session === undefined
      ? signedOut()
      : startEngine(session, {
          fetch: (input, init) => fetch(input, init),
          now: () => Date.now(),
          later(milliseconds, go) {
            const timer = setTimeout(go, milliseconds);
            return () => clearTimeout(timer);
          },
        });
  self.addEventListener("online", engine.wake);
  hostEngine(engine, { port: self, channel: channelOf(key), locks: navigator.locks });
}

const refuse = async (): Promise<Result<never>> => ({
  ok: false,
  failure: { code: "signed-out", retry: "never" },
});
const nothing = () => {};

/** For a session that is gone, or cannot be read any more. */
function signedOut(): Engine {
  return {
    watches: {
      connection(listener) {
        listener("signed-out");
        return nothing;
      },
      rooms: () => nothing,
      timeline: () => nothing,
    },
    calls: {
      loadEarlier: refuse,
      sendText: refuse,
      resend: refuse,
      discard: refuse,
      markRead: refuse,
      members: refuse,
    },
    wake: nothing,
    stop: nothing,
  };
}
