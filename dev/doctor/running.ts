import type { Endpoints } from "../endpoints.ts";
import type { Finding } from "./sentence.ts";

type Answer = { readonly status: number; readonly body: string } | undefined;

async function ask(url: string): Promise<Answer> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5000) });
    return { status: answer.status, body: await answer.text() };
  } catch {
    return undefined;
  }
}

/**
 * Asks each running part for a sign of life: over its own port, and over the one address that a
 * browser uses, so that a fault in between shows as well.
 */
export async function checkRunning(endpoints: Endpoints | undefined): Promise<readonly Finding[]> {
  if (endpoints === undefined) return [];
  const { url, synapseUrl, appserviceUrl } = endpoints;
  const [page, synapse, through, alive, ready] = await Promise.all([
    ask(url),
    ask(`${synapseUrl}/health`),
    ask(`${url}/_matrix/client/versions`),
    ask(`${appserviceUrl}/healthz`),
    ask(`${appserviceUrl}/readyz`),
  ]);
  if (page === undefined && synapse === undefined && alive === undefined) {
    return [{ part: "Servers", state: "idle", words: "are not running; npm start brings them up" }];
  }
  return [
    describe(
      "Address",
      page,
      200,
      `${url} shows the client`,
      `${url} does not answer: stop and run npm start again`,
    ),
    describe(
      "Synapse",
      synapse,
      200,
      "answers",
      "does not answer: see logs/synapse.log in the state folder",
    ),
    describe(
      "Synapse through the address",
      through,
      200,
      "answers",
      "does not answer: the gateway cannot reach it",
    ),
    describe(
      "Appservice",
      alive,
      200,
      "answers",
      "does not answer: see logs/appservice.log in the state folder",
    ),
    describe(
      "Appservice's store and homeserver",
      ready,
      200,
      "are ready",
      `are not ready: ${ready?.body.slice(0, 200) ?? "no answer"}`,
    ),
  ];
}

function describe(
  part: string,
  answer: Answer,
  wanted: number,
  well: string,
  wrong: string,
): Finding {
  return answer?.status === wanted
    ? { part, state: "well", words: well }
    : { part, state: "wrong", words: wrong };
}
