import { HomeserverError } from "./homeserver.ts";
import type { Transport } from "./transport.ts";

/** Whether the homeserver can reach us, as far as a ping tells. */
export type Reach =
  | { readonly kind: "reached" }
  /**
   * It reached us, and was just about to try by itself; whether that comes off is open. Synapse 1.163
   * fails to cancel what has begun (appservice/scheduler.py, `force_retry`) and calls that a failure of ours.
   */
  | { readonly kind: "busy" }
  /** The homeserver is there but cannot reach us; nothing is pushed. */
  | { readonly kind: "not reached"; readonly code: string }
  /** The homeserver itself does not answer. */
  | { readonly kind: "homeserver away"; readonly code: string };

/** What the homeserver says about us; a proxy's 502 comes without such a code. */
const ABOUT_US = new Set([
  "M_BAD_STATUS",
  "M_CONNECTION_FAILED",
  "M_CONNECTION_TIMEOUT",
  "M_URL_NOT_SET",
]);

/**
 * Has the homeserver ping us (Client-Server API, `POST /appservice/{id}/ping`), through the registration
 * that hears. Where it had given up on us it then sends at once what it holds back, instead of after a
 * pause of up to 512 s.
 *
 * @param transport with the token of that registration
 * @param id the registration's id
 */
export async function pingUs(transport: Transport, id: string): Promise<Reach> {
  try {
    await transport.call({
      method: "POST",
      path: ["_matrix", "client", "v1", "appservice", id, "ping"],
      body: {},
      patient: false,
    });
    return { kind: "reached" };
  } catch (error) {
    if (!(error instanceof HomeserverError)) return { kind: "homeserver away", code: "UNKNOWN" };
    const { code, message, status } = error;
    if (/^Already(?:Called|Cancelled)\b/.test(message)) return { kind: "busy" };
    return ABOUT_US.has(code) || status === 403
      ? { kind: "not reached", code }
      : { kind: "homeserver away", code };
  }
}
