import { describe, expect, it } from "vitest";
import { createFakeMatrix } from "../../matrix/fake.ts";
import type { Preferences, PreferenceStore } from "../../ports/ports.ts";
import { SettingsViewModel } from "./SettingsViewModel.ts";

class FakePreferences implements PreferenceStore {
  #values: Preferences = { language: "de", theme: "system" };
  readonly #listeners = new Set<() => void>();
  get(): Preferences {
    return this.#values;
  }
  set(change: Partial<Preferences>): void {
    this.#values = { ...this.#values, ...change };
    for (const listener of this.#listeners) listener();
  }
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

async function set() {
  const person = { password: "geheim", signedIn: true };
  const matrix = createFakeMatrix({
    accounts: [
      { ...person, displayName: "Ute Hübner", mail: "ute@stadt.example" },
      { ...person, displayName: "Ute Hübner (Eltern)", mail: "ute@schule.example" },
    ],
  });
  const [account] = await matrix.accounts();
  if (account === undefined) throw new Error("The fake has no account.");
  const visited: string[] = [];
  const viewModel = new SettingsViewModel({
    matrix,
    account,
    preferences: new FakePreferences(),
    navigation: {
      toSignIn: (reason) => visited.push(reason),
      toAccount: (key) => visited.push(key),
    },
    onLeaving: () => visited.push("leaving"),
  });
  return { matrix, viewModel, visited };
}

describe("the settings", () => {
  it("show the account and the others of this device", async () => {
    const { viewModel } = await set();
    expect(viewModel.getSnapshot()).toMatchObject({
      account: { name: "Ute Hübner" },
      others: [{ key: "account2", name: "Ute Hübner (Eltern)" }],
    });
  });

  it("keep language and theme", async () => {
    const { viewModel } = await set();
    viewModel.setLanguage("en");
    viewModel.setTheme("dark");
    expect(viewModel.getSnapshot().preferences).toEqual({ language: "en", theme: "dark" });
  });

  it("sign out only after asking", async () => {
    const { matrix, viewModel, visited } = await set();
    await viewModel.signOut();
    viewModel.askToSignOut();
    viewModel.stay();
    await viewModel.signOut();
    expect(await matrix.accounts()).toHaveLength(2);
    expect(visited).toEqual([]);

    viewModel.askToSignOut();
    await viewModel.signOut();
    expect((await matrix.accounts()).map(({ key }) => key)).toEqual(["account2"]);
    expect(visited).toEqual(["leaving", "signed-out"]);
  });
});
