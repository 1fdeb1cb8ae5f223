// What view models ask of the world around them; app/ hands in the browser's, tests their own.

/** Ends what was begun. Calling it twice does nothing. */
export type End = () => void;

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** The first millisecond of the local day in which `at` lies. */
  startOfDay(at: number): number;
  /** Calls once after so many milliseconds, unless ended before. */
  after(milliseconds: number, act: () => void): End;
}

export interface Navigation {
  toStart(): void;
  toAccount(account: string): void;
  toRoom(account: string, roomId: string): void;
  toSignIn(reason: SignInReason): void;
}

/** Why somebody stands before the sign-in form. */
export type SignInReason = "first" | "signed-out" | "session-ended" | "another-account";

/** Whether somebody is looking: the tab is shown and has the focus. */
export interface Attention {
  isLooking(): boolean;
  watch(listener: () => void): End;
}

export type Language = "de" | "en";
export type Theme = "system" | "light" | "dark" | "contrast";
export type Preferences = { readonly language: Language; readonly theme: Theme };

/** What a person set on this device. */
export interface PreferenceStore {
  get(): Preferences;
  set(change: Partial<Preferences>): void;
  watch(listener: () => void): End;
}
