import type { Account } from "../door.ts";
import { portPageLink, post } from "../rpc/links.ts";
import type { PageLink } from "../rpc/wire.ts";

/** Starts the engine of an account in a worker of this tab; closing the link ends the worker. */
export function startWorker(account: Account): PageLink {
  // In this very form, so that the bundler finds the worker and gives it its own file.
  const worker = new Worker(new URL("../engine/worker.ts", import.meta.url), { type: "module" });
  const link = portPageLink(worker, () => worker.terminate());
  post(worker, { start: account.key });
  return link;
}
