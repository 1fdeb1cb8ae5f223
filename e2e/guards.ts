import type { BrowserContext, Page } from "@playwright/test";

/** What must never happen in a journey, whatever it is about. */
export class Guard {
  readonly #offences: string[] = [];
  readonly #origin: string;

  /** @param origin the only host that may be spoken to */
  constructor(context: BrowserContext, origin: string) {
    this.#origin = origin;
    context.on("page", (page) => this.#watch(page));
    context.on("request", (request) => {
      const url = new URL(request.url());
      if (["data:", "blob:"].includes(url.protocol)) return;
      if (url.origin !== this.#origin) this.#offences.push(`a request to ${url.origin}`);
    });
  }

  #watch(page: Page): void {
    page.on("pageerror", (error) => this.#offences.push(`an uncaught error: ${error.message}`));
    page.on("console", (message) => {
      const text = message.text();
      // The policy's violations are told in the console, also those inside workers.
      if (/Content.Security.Policy|Trusted ?Types?|TrustedHTML|TrustedScript/i.test(text))
        this.#offences.push(`a violation of the content policy: ${text}`);
    });
  }

  /** What went wrong so far. */
  get offences(): readonly string[] {
    return this.#offences;
  }
}
