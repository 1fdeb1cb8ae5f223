import { channelEngineLink, portEngineLink } from "../rpc/links.ts";
import type { Port } from "../rpc/links.ts";
import { serve } from "../rpc/server.ts";
import type { AccountKey } from "../door.ts";
import { engineChannel, pageLock } from "../tabs/names.ts";
import type { Engine } from "./service.ts";
import { served } from "./serving.ts";

/**
 * Lets pages speak to an engine: its own page over the port, all others over the channel they share.
 *
 * @returns ends both lines and the engine
 */
export function hostEngine(
  engine: Engine,
  ports: { readonly port: Port; readonly channel: BroadcastChannel; readonly locks: LockManager },
): () => void {
  const epoch = crypto.randomUUID();
  const links = [
    portEngineLink(ports.port),
    channelEngineLink(ports.channel, ports.locks, pageLock),
  ];
  const stops = links.map((link) => serve(link, served(engine), epoch));
  return () => {
    for (const stop of stops) stop();
    for (const link of links) link.close();
    engine.stop();
  };
}

/** The channel on which the engine of an account is found. */
export function channelOf(key: AccountKey): BroadcastChannel {
  return new BroadcastChannel(engineChannel(key));
}
