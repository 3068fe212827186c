/** Whether the language's tables know an IANA time zone of this name. */
export function isTimeZone(name: string): boolean {
  // The default, and known to all: to make a formatter costs more than all else that is looked at in a definition.
  if (name === "UTC") return true;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** The hour of the day in a time zone, 0 to 23. @param now epoch milliseconds */
export function hourIn(timeZone: string, now: number): number {
  return hoursIn(timeZone)(now);
}

/** The same for many moments: to make a formatter costs a hundred times what it costs to ask it. */
function hoursIn(timeZone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat("en", { timeZone, hour: "2-digit", hourCycle: "h23" });
  return (at) => Number(format.format(at));
}

/** As far as dates reach (ECMA-262, 21.4.1.1). */
const furthestMs = 8.64e15;

/** `2026-01-31 23:05:00 (Europe/Berlin)`. @param at epoch milliseconds */
export function timeIn(timeZone: string, at: number): string {
  if (!(Math.abs(at) <= furthestMs)) return "a time that no calendar has";
  const two = "2-digit";
  const parts = new Intl.DateTimeFormat("en", {
    timeZone,
    year: "numeric",
    month: two,
    day: two,
    hour: two,
    minute: two,
    second: two,
    hourCycle: "h23",
  }).formatToParts(at);
  const part = (wanted: string): string => parts.find(({ type }) => type === wanted)?.value ?? "";
  const [date, time] = [["year", "month", "day"].map(part).join("-"), ["hour", "minute", "second"].map(part).join(":")];
  return `${date} ${time} (${timeZone})`;
}

/** From `start` up to but not including `end`; over midnight when the start is later. Equal hours are the whole day. */
export function isWithinHours(hour: number, start: number, end: number): boolean {
  if (start === end) return true;
  return start < end ? hour >= start && hour < end : hour >= start || hour < end;
}

const quarterMs = 900_000;
/** Clocks are put forward once a year: a window that is left out today is there tomorrow. */
const mostDays = 3;

/**
 * When it is next within these hours, epoch milliseconds. Every time zone's hours begin at a quarter of an hour of UTC, so
 * those are looked through; also across a change of clocks: of an hour that begins twice the first beginning counts, and where
 * the first hour is left out, the next one of the window.
 */
export function nextWithinHours(timeZone: string, start: number, end: number, now: number): number {
  const hourAt = hoursIn(timeZone);
  const first = (Math.floor(now / quarterMs) + 1) * quarterMs;
  for (let at = first; at < first + mostDays * 96 * quarterMs; at += quarterMs) {
    if (isWithinHours(hourAt(at), start, end)) return at;
  }
  return first;
}
