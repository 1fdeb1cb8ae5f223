import type { Account, Matrix } from "../../matrix/door.ts";
import type {
  Language,
  Navigation,
  Preferences,
  PreferenceStore,
  Theme,
} from "../../ports/ports.ts";
import { ViewModelBase } from "../../view-model/view-model.ts";

export type SettingsSnapshot = {
  readonly account: { readonly id: string; readonly name: string };
  /** The other accounts of this device. */
  readonly others: readonly { readonly key: string; readonly id: string; readonly name: string }[];
  readonly preferences: Preferences;
  readonly signingOut: "no" | "asked" | "running";
};

export type SettingsOptions = {
  readonly matrix: Pick<Matrix, "signOut" | "watchAccounts">;
  readonly account: Account;
  readonly preferences: PreferenceStore;
  readonly navigation: Pick<Navigation, "toSignIn" | "toAccount">;
  /** Called before the session is ended on purpose, so that nobody takes its end for an accident. */
  readonly onLeaving: () => void;
};

/** The few things a person can set, and signing out. */
export class SettingsViewModel extends ViewModelBase<SettingsSnapshot> {
  readonly #options: SettingsOptions;

  constructor(options: SettingsOptions) {
    const { account, matrix, preferences } = options;
    super({
      account: { id: account.userId, name: account.displayName },
      others: [],
      preferences: preferences.get(),
      signingOut: "no",
    });
    this.#options = options;
    this.endWith(preferences.watch(() => this.#change({ preferences: preferences.get() })));
    this.endWith(
      matrix.watchAccounts((accounts) =>
        this.#change({
          others: accounts
            .filter(({ key }) => key !== account.key)
            .map(({ displayName, key, userId }) => ({ key, id: userId, name: displayName })),
        }),
      ),
    );
  }

  setLanguage(language: Language): void {
    this.#options.preferences.set({ language });
  }

  setTheme(theme: Theme): void {
    this.#options.preferences.set({ theme });
  }

  addAccount(): void {
    this.#options.navigation.toSignIn("another-account");
  }

  goToAccount(key: string): void {
    this.#options.navigation.toAccount(key);
  }

  askToSignOut(): void {
    if (this.getSnapshot().signingOut === "no") this.#change({ signingOut: "asked" });
  }

  stay(): void {
    if (this.getSnapshot().signingOut === "asked") this.#change({ signingOut: "no" });
  }

  /** Signs out once it has been asked for; what is on this device goes in any case. */
  async signOut(): Promise<void> {
    if (this.getSnapshot().signingOut !== "asked") return;
    this.#change({ signingOut: "running" });
    this.#options.onLeaving();
    await this.#options.matrix.signOut(this.#options.account.key);
    this.#options.navigation.toSignIn("signed-out");
  }

  #change(change: Partial<SettingsSnapshot>): void {
    this.replace({ ...this.getSnapshot(), ...change });
  }
}
