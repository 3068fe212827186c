/** What of the time is on the page, epoch milliseconds. */
export type Window = { readonly from: number; readonly to: number };

/** A time that stays on the page, or the last so many milliseconds, which go on with the time. Infinity: all. */
export type Chosen =
  | { readonly kind: "fixed"; readonly window: Window }
  | { readonly kind: "last"; readonly ms: number };

export function windowOf(chosen: Chosen, all: Window): Window {
  return chosen.kind === "fixed" ? chosen.window : last(chosen.ms, all);
}

/** Who has gone to the end wants to see what comes. */
export function chosenBy(window: Window, all: Window): Chosen {
  if (window.to < all.to) return { kind: "fixed", window };
  return { kind: "last", ms: window.from <= all.from + 1 ? Infinity : window.to - window.from };
}

const shortestMs = 100;

/** @param factor below 1: closer @param at stays where it is */
export function zoomed({ from, to }: Window, factor: number, at: number, all: Window): Window {
  const span = Math.min(all.to - all.from, Math.max(shortestMs, (to - from) * factor));
  const share = to === from ? 0.5 : (at - from) / (to - from);
  return within({ from: at - share * span, to: at + (1 - share) * span }, all);
}

/** @param share of what is seen; below 0: earlier */
export function moved({ from, to }: Window, share: number, all: Window): Window {
  const by = (to - from) * share;
  return within({ from: from + by, to: to + by }, all);
}

export function last(ms: number, all: Window): Window {
  return { from: Math.max(all.from, all.to - ms), to: all.to };
}

function within({ from, to }: Window, all: Window): Window {
  const span = Math.min(to - from, all.to - all.from);
  if (from + span >= all.to - 1) return { from: all.to - span, to: all.to };
  const start = Math.max(from, all.from);
  return { from: start, to: start + span };
}

const steps = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 15e3, 30e3, 60e3, 120e3, 300e3, 900e3, 1_800e3, 3_600e3, 10_800e3,
  21_600e3, 43_200e3, 86_400e3,
];

/** Moments that are round on the clock of the browser, at most so many. */
export function ticksIn({ from, to }: Window, most: number): number[] {
  const day = 86_400e3;
  const span = to - from;
  const step = steps.find((one) => span / one <= most) ?? Math.ceil(span / most / day) * day;
  const ahead = -new Date(from).getTimezoneOffset() * 60_000;
  const first = Math.ceil((from + ahead) / step) * step - ahead;
  return Array.from({ length: Math.max(0, Math.floor((to - first) / step) + 1) }, (_, index) => first + index * step);
}

/** As fine as the window needs it. */
export function labelOf(at: number, { from, to }: Window): string {
  const time = new Date(at);
  const clock = time.toTimeString().slice(0, 8);
  if (to - from < 20_000) return `${clock}.${String(time.getMilliseconds()).padStart(3, "0")}`;
  if (to - from > 2 * 86_400e3) return `${time.getMonth() + 1}-${time.getDate()} ${clock.slice(0, 5)}`;
  return clock;
}
