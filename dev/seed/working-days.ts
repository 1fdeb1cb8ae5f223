const DAY_MS = 86_400_000;

const isWeekend = (day: Date): boolean => day.getDay() === 0 || day.getDay() === 6;

/**
 * A moment on the last whole working day before `now`, or on the working day before that one, by the
 * machine's own clock.
 *
 * @param at time of day as `HH:MM`
 */
export function workingMoment(now: Date, daysBefore: 0 | 1, at: string): Date {
  const day = new Date(now);
  let left = daysBefore + 1;
  while (left > 0) {
    day.setTime(day.getTime() - DAY_MS);
    if (!isWeekend(day)) left -= 1;
  }
  const [hours, minutes] = at.split(":").map(Number);
  day.setHours(hours ?? 0, minutes ?? 0, 0, 0);
  return day;
}
