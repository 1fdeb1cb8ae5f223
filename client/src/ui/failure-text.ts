import type { TFunction } from "i18next";
import { waitingTime } from "../i18n/format.ts";

/** What went wrong, as matrix/ codes it. */
type Told = {
  readonly code:
    | "wrong-password"
    | "account-locked"
    | "too-many-attempts"
    | "unreachable"
    | "signed-out"
    | "forbidden"
    | "too-large"
    | "unknown";
  readonly retryAfterMs?: number;
};

/** What went wrong, in the reader's words. */
export function failureText(t: TFunction, language: string, failure: Told): string {
  if (failure.code === "too-many-attempts" && failure.retryAfterMs !== undefined) {
    return t("problem.too-many-attempts-for", {
      duration: waitingTime(language, failure.retryAfterMs),
    });
  }
  return t(`problem.${failure.code}`);
}
