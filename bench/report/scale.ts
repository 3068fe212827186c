import type { Axis } from "../measured.ts";

/** Where a value stands on an axis, from 0 to 1, and which values are written beside it. */
export type Scale = { readonly at: (value: number) => number; readonly ticks: readonly number[] };

/** A linear one begins at nothing, so that lengths are comparable; a logarithmic one spans whole powers of ten where there is little. */
export function scaleOf({ scale }: Axis, values: readonly number[]): Scale {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return scale === "linear" ? linear(most) : logarithmic(least, most);
}

function linear(most: number): Scale {
  const step = niceStep(most / 4);
  const end = step * Math.max(1, Math.ceil(most / step));
  const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, at) => at * step);
  return { at: (value) => value / end, ticks };
}

/** 1, 2 or 5 times a power of ten, not less than asked for. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least > 0 ? least : 1));
  return power * ([1, 2, 5, 10].find((one) => one * power >= least) ?? 10);
}

function logarithmic(least: number, most: number): Scale {
  const from = Math.floor(Math.log10(least));
  const to = Math.max(from + 1, Math.ceil(Math.log10(most)));
  const ticks = Array.from({ length: to - from + 1 }, (_, at) => 10 ** (from + at));
  return { at: (value) => (Math.log10(value) - from) / (to - from), ticks };
}
