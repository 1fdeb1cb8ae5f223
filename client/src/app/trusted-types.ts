/** The rules of the one policy: each answers with the value, or throws. */
export type Rules = {
  createHTML(value: string): string;
  createScriptURL(value: string): string;
  createScript(value: string): string;
};

/**
 * What strings may become markup or code: only the empty markup (with which the control library's
 * announcer empties itself), and the addresses of our own built files (for workers).
 *
 * @param origin the origin of the page
 */
export function trustedTypesRules(origin: string): Rules {
  return {
    createHTML(value) {
      if (value === "") return value;
      throw new TypeError("Strings do not become markup here.");
    },
    createScriptURL(value) {
      const url = URL.canParse(value, origin) ? new URL(value, origin) : undefined;
      if (url?.origin === origin && url.pathname.startsWith("/assets/")) return url.href;
      throw new TypeError("Code comes from our own files alone.");
    },
    createScript() {
      throw new TypeError("Strings do not become code here.");
    },
  };
}

type Factory = { createPolicy(name: string, rules: Rules): unknown };

/** Installs the rules as the default policy, in browsers that know Trusted Types. */
export function installTrustedTypes(page: {
  readonly origin: string;
  readonly trustedTypes?: Factory | undefined;
}): void {
  page.trustedTypes?.createPolicy("default", trustedTypesRules(page.origin));
}
