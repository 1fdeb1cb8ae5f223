// Dates, times, numbers and lists as the reader's language writes them.

const cache = new Map<string, Intl.DateTimeFormat>();

function dateFormat(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${JSON.stringify(options)}`;
  let format = cache.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, options);
    cache.set(key, format);
  }
  return format;
}

/** 09:12 */
export function timeOfDay(language: string, at: number): string {
  return dateFormat(language, { hour: "2-digit", minute: "2-digit" }).format(at);
}

/** Montag, 3. August; with the year where it is not this one. */
export function longDay(language: string, at: number, today: number): string {
  const sameYear = new Date(at).getFullYear() === new Date(today).getFullYear();
  return dateFormat(language, {
    weekday: "long",
    day: "numeric",
    month: "long",
    ...(sameYear ? {} : { year: "numeric" }),
  }).format(at);
}

/** Mo */
export function weekday(language: string, at: number): string {
  return dateFormat(language, { weekday: "short" }).format(at);
}

/** 03.08.26 */
export function shortDate(language: string, at: number): string {
  return dateFormat(language, { day: "2-digit", month: "2-digit", year: "2-digit" }).format(at);
}

/** 3. August 2026 um 09:12, for screen readers and tooltips. */
export function fullTime(language: string, at: number): string {
  return dateFormat(language, { dateStyle: "long", timeStyle: "short" }).format(at);
}

/** 1.234 */
export function wholeNumber(language: string, value: number): string {
  return new Intl.NumberFormat(language).format(value);
}

/** 12 Sekunden, 3 Minuten: rounded up, so that waiting so long is enough. */
export function waitingTime(language: string, milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  const [value, unit] = seconds < 60 ? [seconds, "second"] : [Math.ceil(seconds / 60), "minute"];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(
    value,
  );
}

/** Anna, Bernd und Carla */
export function listOf(language: string, names: readonly string[]): string {
  return new Intl.ListFormat(language, { type: "conjunction" }).format(names);
}

const DAY = 86_400_000;

/** How far back a day lies, counted in days of the calendar: 0 today, 1 yesterday. */
export function daysAgo(at: number, today: number): number {
  // Half a day more, so that a day of 23 or 25 hours counts as one.
  const date = new Date(at);
  date.setHours(0, 0, 0, 0);
  return Math.floor((today - date.getTime() + DAY / 2) / DAY);
}

/** As a list says when: the time today, "Gestern", the weekday within a week, else the date. */
export function listTime(language: string, at: number, today: number, yesterday: string): string {
  const days = daysAgo(at, today);
  if (days <= 0) return timeOfDay(language, at);
  if (days === 1) return yesterday;
  return days < 7 ? weekday(language, at) : shortDate(language, at);
}
