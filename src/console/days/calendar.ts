/** Days as a date field has them, `2026-03-12`, in the browser's time zone. A day of a clock change has 23 or 25 hours. Pure. */

/** The day in which an instant lies; in milliseconds since 1970. */
export function dayOf(at: number): string {
  const date = new Date(at);
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return parts.map((part, index) => String(part).padStart(index === 0 ? 4 : 2, '0')).join('-');
}

/** Local midnight, in milliseconds since 1970. */
export function dayStart(day: string): number {
  return shifted(day, 0).getTime();
}

/** From its midnight to the next one, as the service takes them. */
export function rangeOf(day: string): { from: string; to: string } {
  return { from: shifted(day, 0).toISOString(), to: shifted(day, 1).toISOString() };
}

export function stepDay(day: string, by: number): string {
  return dayOf(shifted(day, by).getTime());
}

/** One that a log can have: while a year is typed, a field has others. */
export function isDay(text: string): boolean {
  return /^(19[7-9]|2[0-9]{2})[0-9]-[0-9]{2}-[0-9]{2}$/.test(text) && dayOf(dayStart(text)) === text;
}

function shifted(day: string, by: number): Date {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + by);
}
