import type { AccountEngine } from "../../matrix/door.ts";
import type { Clock, Navigation } from "../../ports/ports.ts";
import { ViewModelBase } from "../../view-model/view-model.ts";

export type ConnectionSnapshot = { readonly offlineShown: boolean };

export type ConnectionOptions = {
  readonly engine: Pick<AccountEngine, "watchConnection">;
  readonly clock: Clock;
  readonly navigation: Pick<Navigation, "toSignIn">;
};

/** So short a break is not worth a word. */
const PATIENCE = 1500;

/** Says when there is no connection, and leads to the sign-in form when the session has ended. */
export class ConnectionViewModel extends ViewModelBase<ConnectionSnapshot> {
  #endPatience: (() => void) | undefined;

  constructor({ clock, engine, navigation }: ConnectionOptions) {
    super({ offlineShown: false });
    this.endWith(() => this.#endPatience?.());
    this.endWith(
      engine.watchConnection((state) => {
        if (state === "offline") {
          this.#endPatience ??= clock.after(PATIENCE, () => this.replace({ offlineShown: true }));
          return;
        }
        this.#endPatience?.();
        this.#endPatience = undefined;
        if (state === "signed-out") navigation.toSignIn("session-ended");
        else this.replace({ offlineShown: false });
      }),
    );
  }
}
