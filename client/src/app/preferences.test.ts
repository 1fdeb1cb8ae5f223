import { describe, expect, it } from "vitest";
import { createPreferences } from "./preferences.ts";

const otherwise = { language: "de", theme: "system" } as const;

function memory(text?: string) {
  const texts = new Map(text === undefined ? [] : [["preferences", text]]);
  return {
    getItem: (key: string) => texts.get(key) ?? null,
    setItem: (key: string, value: string) => void texts.set(key, value),
  };
}

describe("preferences", () => {
  it("are kept from one visit to the next", () => {
    const store = memory();
    createPreferences(store, otherwise).set({ language: "en" });
    createPreferences(store, otherwise).set({ theme: "dark" });
    expect(createPreferences(store, otherwise).get()).toEqual({ language: "en", theme: "dark" });
  });

  it("tell who watches", () => {
    const preferences = createPreferences(memory(), otherwise);
    let told = 0;
    const end = preferences.watch(() => (told += 1));
    preferences.set({ theme: "light" });
    end();
    preferences.set({ theme: "dark" });
    expect(told).toBe(1);
  });

  it.each(["not json", "[]", '"x"', '{"language":"fr","theme":7}'])(
    "count as not set where %s was kept",
    (text) => {
      expect(createPreferences(memory(text), otherwise).get()).toEqual(otherwise);
    },
  );

  it("keep the good half of what was kept", () => {
    const store = memory('{"language":"en","theme":7}');
    expect(createPreferences(store, otherwise).get()).toEqual({
      language: "en",
      theme: "system",
    });
  });

  it("hold for the page where nothing can be kept", () => {
    const refusing = {
      getItem: (): string => {
        throw new Error("forbidden");
      },
      setItem: () => {
        throw new Error("forbidden");
      },
    };
    for (const store of [refusing, undefined]) {
      const preferences = createPreferences(store, otherwise);
      preferences.set({ theme: "dark" });
      expect(preferences.get().theme).toBe("dark");
    }
  });
});
