import { HomeserverError } from "./homeserver.ts";

export type TransportOptions = {
  readonly url: string;
  /** The appservice's token. */
  readonly token: string;
  /** How long a request may be repeated in all, in milliseconds, before it fails as `later`. */
  readonly patienceMs?: number;
  /** How long one answer may take, in milliseconds. */
  readonly timeoutMs?: number;
  readonly sleep?: (ms: number) => Promise<void>;
  readonly random?: () => number;
  readonly now?: () => number;
  /** Told of each answer, for metrics; `route` carries no ids. */
  readonly observe?: (method: string, status: number) => void;
};

export type Call = {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Path segments, each escaped when the address is built from them. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** A body that is no JSON: a file. */
  readonly file?: { readonly bytes: Uint8Array; readonly contentType: string };
  /**
   * Whether doing it twice is as good as once (default: yes). If not, it is sent again only where it
   * surely was not done: after 429, or when nobody took the connection.
   */
  readonly repeatable?: boolean;
  /** Whether a homeserver that is away is waited for (default: yes); a question about its health is not. */
  readonly patient?: boolean;
};

const DEFAULT_PATIENCE_MS = 120_000;
const DEFAULT_TIMEOUT_MS = 60_000;
const IMPATIENT_TIMEOUT_MS = 3000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;

/**
 * The thin path to the homeserver. Waits out 429 (not before `Retry-After`, with jitter), timeouts and
 * restarts; what must not happen twice is not sent again once it may have been done.
 */
export class Transport {
  readonly #options: Required<Omit<TransportOptions, "observe">> &
    Pick<TransportOptions, "observe">;

  constructor(options: TransportOptions) {
    this.#options = {
      patienceMs: DEFAULT_PATIENCE_MS,
      timeoutMs: DEFAULT_TIMEOUT_MS,
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      random: Math.random,
      now: Date.now,
      ...options,
    };
  }

  /**
   * @returns the answer's JSON
   * @throws HomeserverError if it was refused, or did not come within the patience
   */
  async call(call: Call): Promise<Readonly<Record<string, unknown>>> {
    const { patienceMs, sleep, random, now } = this.#options;
    const deadline = now() + (call.patient === false ? 0 : patienceMs);
    let unclear = false;
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await this.#once(call);
      if (outcome.kind === "ok") return outcome.json;
      unclear ||= outcome.error.mayBeDone;
      const growing = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
      // Jitter is added, never subtracted: nobody comes before the time they were told.
      const pause = (outcome.retryAfterMs ?? growing / 2) + random() * (growing / 2);
      const mayBeDone = call.repeatable === false && !outcome.surelyNotDone;
      if (outcome.error.retry === "never" || mayBeDone || now() + pause > deadline)
        throw unclear ? maybeDone(outcome.error) : outcome.error;
      await sleep(pause);
    }
  }

  async #once(call: Call): Promise<Outcome> {
    const { url, token, timeoutMs, observe } = this.#options;
    const query = new URLSearchParams(call.query).toString();
    // "." and ".." cannot be escaped: fetch would take them for steps in the path.
    if (call.path.some((segment) => segment === "." || segment === ".."))
      return this.#failed({ status: 0, code: "BAD_PATH", message: "A path may not climb." });
    const address = `${url}/${call.path.map((segment) => encodeURIComponent(segment.toWellFormed())).join("/")}${query === "" ? "" : `?${query}`}`;
    let answer: Response;
    let text: string;
    try {
      answer = await fetch(address, {
        method: call.method,
        ...messageOf(call, token),
        signal: AbortSignal.timeout(call.patient === false ? IMPATIENT_TIMEOUT_MS : timeoutMs),
      });
      text = await answer.text();
    } catch (error) {
      observe?.(call.method, 0);
      return this.#failed({
        status: 0,
        code: "UNREACHABLE",
        message: `The homeserver did not answer: ${wordsOf(error)}`,
        retry: "later",
        surelyNotDone: nobodyListened(error),
      });
    }
    observe?.(call.method, answer.status);
    const json = toRecord(text);
    if (answer.ok && json !== undefined) return { kind: "ok", json };
    const code = typeof json?.["errcode"] === "string" ? json["errcode"] : "UNKNOWN";
    const words = typeof json?.["error"] === "string" ? json["error"] : `status ${answer.status}`;
    const mayPass = answer.status === 429 || answer.status >= 500 || answer.ok;
    return this.#failed({
      status: answer.status,
      code,
      message: words,
      retry: mayPass ? "later" : "never",
      surelyNotDone: answer.status === 429,
      retryAfterMs: retryAfter(answer, json),
    });
  }

  #failed(failure: Failure): Outcome {
    const { status, code, message, retry = "never", surelyNotDone = false, retryAfterMs } = failure;
    // Some servers, and fetch itself, quote what they refuse.
    const words = message.replaceAll(this.#options.token, "[token]");
    return {
      kind: "failed",
      error: new HomeserverError({
        status,
        code,
        message: words,
        retry,
        mayBeDone: retry === "later" && !surelyNotDone,
      }),
      surelyNotDone,
      retryAfterMs,
    };
  }
}

/** The last of several tries failed so; an earlier one may have done it. */
function maybeDone({ status, code, message, retry }: HomeserverError): HomeserverError {
  return new HomeserverError({ status, code, message, retry, mayBeDone: true });
}

type Failure = {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly retry?: "never" | "later";
  readonly surelyNotDone?: boolean;
  readonly retryAfterMs?: number | undefined;
};

type Outcome =
  | { readonly kind: "ok"; readonly json: Readonly<Record<string, unknown>> }
  | {
      readonly kind: "failed";
      readonly error: HomeserverError;
      readonly surelyNotDone: boolean;
      readonly retryAfterMs?: number | undefined;
    };

function messageOf({ body, file }: Call, token: string): RequestInit {
  const authorization = `Bearer ${token}`;
  if (file !== undefined) {
    // Copied, since fetch takes no bytes that another thread could change.
    const bytes = Uint8Array.from(file.bytes);
    return { headers: { authorization, "content-type": file.contentType }, body: bytes };
  }
  if (body === undefined) return { headers: { authorization } };
  return {
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify(body),
  };
}

/** What fetch says in its cause ("connect ECONNREFUSED …") tells more than its own "fetch failed". */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}

function nobodyListened(error: unknown): boolean {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  if (typeof cause !== "object" || cause === null || !("code" in cause)) return false;
  return ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"].includes(String(cause.code));
}

/** `Retry-After` in seconds (RFC 9110), else Matrix's older `retry_after_ms`. */
function retryAfter(
  answer: Response,
  json: Record<string, unknown> | undefined,
): number | undefined {
  const header = answer.headers.get("retry-after") ?? "";
  if (/^\d+(\.\d+)?$/.test(header)) return Number(header) * 1000;
  const milliseconds = json?.["retry_after_ms"];
  return typeof milliseconds === "number" && milliseconds >= 0 ? milliseconds : undefined;
}

function toRecord(text: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === "object" && json !== null && !Array.isArray(json)
      ? { ...json }
      : undefined;
  } catch {
    return undefined;
  }
}
