const DIRECTIVES = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' blob:",
  "media-src blob:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types default",
] as const;

/**
 * The headers with which the client's files are served: by the laptop's gateway and by nginx alike.
 * Nothing is loaded from, sent to or framed by any other host; scripts come from our own files alone;
 * no string becomes markup (Trusted Types).
 *
 * @param options.https whether the client is reached over TLS; only then HSTS makes sense
 * @returns header name → value
 */
export function securityHeaders(options: {
  readonly https: boolean;
}): Readonly<Record<string, string>> {
  return {
    "content-security-policy": DIRECTIVES.join("; "),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "referrer-policy": "no-referrer",
    "permissions-policy":
      "camera=(self), microphone=(self), geolocation=(self), display-capture=(), payment=(), usb=()",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    ...(options.https
      ? { "strict-transport-security": "max-age=63072000; includeSubDomains" }
      : {}),
  };
}
