import { z } from "zod/mini";
import type { End, Preferences, PreferenceStore } from "../ports/ports.ts";

/** Where texts are kept on the device; localStorage is one. */
export type TextStore = Pick<Storage, "getItem" | "setItem">;

const KEY = "preferences";
const object = z.record(z.string(), z.unknown());
const language = z.enum(["de", "en"]);
const theme = z.enum(["system", "light", "dark", "contrast"]);

/**
 * What a person set on this device. Where nothing can be kept (storage is switched off), it holds until
 * the page is closed; what was kept and cannot be read counts as not set.
 *
 * @param store @param otherwise what holds where nothing was set
 */
export function createPreferences(
  store: TextStore | undefined,
  otherwise: Preferences,
): PreferenceStore {
  const kept = object.safeParse(read(store)).data;
  let values: Preferences = {
    language: language.safeParse(kept?.["language"]).data ?? otherwise.language,
    theme: theme.safeParse(kept?.["theme"]).data ?? otherwise.theme,
  };
  const listeners = new Set<() => void>();
  return {
    get: () => values,
    set(change) {
      values = { ...values, ...change };
      try {
        store?.setItem(KEY, JSON.stringify(values));
      } catch {
        // Full or forbidden: it holds for this page.
      }
      for (const listener of listeners) listener();
    },
    watch(listener): End {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function read(store: TextStore | undefined): unknown {
  try {
    return JSON.parse(store?.getItem(KEY) ?? "null");
  } catch {
    return undefined;
  }
}
