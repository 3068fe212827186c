/** What of the time is on the page, epoch milliseconds. It keeps at its end while that is now. */
export type Window = { readonly from: number; readonly to: number };

export const shortestMs = 100;

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
  const start = Math.min(Math.max(from, all.from), all.to - span);
  return { from: start, to: start + span };
}

const steps = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 15e3, 30e3, 60e3, 120e3, 300e3, 900e3, 1_800e3, 3_600e3, 10_800e3,
  21_600e3, 43_200e3, 86_400e3,
];

/** Round moments, at most so many. */
export function ticksIn({ from, to }: Window, most: number): number[] {
  const day = 86_400e3;
  const span = to - from;
  const step = steps.find((one) => span / one <= most) ?? Math.ceil(span / most / day) * day;
  const first = Math.ceil(from / step) * step;
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
