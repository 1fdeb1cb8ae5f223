import type { Failure, Matrix } from "../../matrix/door.ts";
import type { Navigation, SignInReason } from "../../ports/ports.ts";
import { ViewModelBase } from "../../view-model/view-model.ts";

export type SignInSnapshot = {
  readonly reason: SignInReason;
  readonly mail: string;
  readonly password: string;
  readonly passwordShown: boolean;
  readonly mailProblem: "missing" | "wrong" | undefined;
  readonly passwordProblem: "missing" | undefined;
  readonly busy: boolean;
  /** What the last attempt failed of. */
  readonly failure: Failure | undefined;
};

export type SignInOptions = {
  readonly matrix: Pick<Matrix, "signIn">;
  readonly navigation: Pick<Navigation, "toAccount">;
  readonly reason: SignInReason;
  readonly deviceName: () => string;
};

/** The sign-in form. What is wrong shows when somebody submits, and goes when they mend it. */
export class SignInViewModel extends ViewModelBase<SignInSnapshot> {
  readonly #options: SignInOptions;

  constructor(options: SignInOptions) {
    super({
      reason: options.reason,
      mail: "",
      password: "",
      passwordShown: false,
      mailProblem: undefined,
      passwordProblem: undefined,
      busy: false,
      failure: undefined,
    });
    this.#options = options;
  }

  setMail(mail: string): void {
    this.#change({ mail, mailProblem: undefined });
  }

  setPassword(password: string): void {
    this.#change({ password, passwordProblem: undefined });
  }

  showPassword(passwordShown: boolean): void {
    this.#change({ passwordShown });
  }

  /** Signs in and goes to the account's rooms; resolves when that is done or has failed. */
  async submit(): Promise<void> {
    const { busy, mail: typed, password } = this.getSnapshot();
    if (busy) return;
    const mail = typed.trim();
    const mailProblem =
      mail === "" ? "missing" : /^[^\s@]+@[^\s@]+$/.test(mail) ? undefined : "wrong";
    const passwordProblem = password === "" ? "missing" : undefined;
    this.#change({ mailProblem, passwordProblem, failure: undefined });
    if (mailProblem !== undefined || passwordProblem !== undefined) return;

    this.#change({ busy: true });
    const deviceName = this.#options.deviceName();
    const result = await this.#options.matrix.signIn({ mail, password, deviceName });
    if (result.ok) {
      this.#change({ busy: false, password: "" });
      this.#options.navigation.toAccount(result.value.key);
    } else {
      this.#change({ busy: false, failure: result.failure });
    }
  }

  #change(change: Partial<SignInSnapshot>): void {
    this.replace({ ...this.getSnapshot(), ...change });
  }
}
