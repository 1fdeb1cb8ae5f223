/**
 * Makes the first sync of a start one of its own. Synapse keeps its answers to a device for two minutes
 * (`sync_response_cache_duration`) and gives them again to a request that reads the same: so after a
 * reload, or when another tab takes over, the whole time since the last start would be played once more.
 * White space behind the filter's JSON means nothing and makes the request another one; a retry within
 * the same start still finds the answer kept for it.
 */
export function withFirstSyncOfItsOwn(
  fetch: typeof globalThis.fetch,
  randomBytes: Uint8Array,
): typeof globalThis.fetch {
  const mark = Array.from(randomBytes, (byte) => (byte % 2 === 0 ? " " : "\t")).join("");
  return (input, init) => {
    if (input instanceof Request) return fetch(input, init);
    const url = new URL(input);
    const filter = url.searchParams.get("filter");
    if (!url.pathname.endsWith("/sync") || url.searchParams.has("since") || filter === null) {
      return fetch(input, init);
    }
    url.searchParams.set("filter", `${filter}${mark}`);
    return fetch(url, init);
  };
}
