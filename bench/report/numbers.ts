import type { Ratio, Unit } from "../measured.ts";
import { spreadOf } from "../statistics.ts";

/** A figure as people read it, with its unit: three figures of it mean something. */
export function numberText(value: number, unit: Unit): string {
  if (!Number.isFinite(value)) return "–";
  switch (unit) {
    case "perSecond":
      return `${grouped(value)}/s`;
    case "microseconds":
      return timeText(value);
    case "bytes":
      return bytesText(value);
    case "cpuSecondsPerHour":
      return `${rounded(value)} s/h`;
    case "count":
      return grouped(value);
    case "dollars":
      return `$${value.toFixed(2)}`;
    case "slope":
      return value.toFixed(2);
  }
}

function timeText(us: number): string {
  if (us >= 1_000_000) return `${rounded(us / 1_000_000)} s`;
  return us >= 1_000 ? `${rounded(us / 1_000)} ms` : `${rounded(us)} µs`;
}

function bytesText(bytes: number): string {
  if (bytes >= 2 ** 20) return `${rounded(bytes / 2 ** 20)} MiB`;
  return bytes >= 2 ** 10 ? `${rounded(bytes / 2 ** 10)} KiB` : `${bytes} B`;
}

function rounded(value: number): string {
  if (value === 0) return "0";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return grouped(Number(value.toFixed(Math.min(digits, 6))));
}

/** Thousands apart by a narrow blank that does not break. */
function grouped(value: number): string {
  const [whole = "", fraction] = String(Math.abs(value) >= 100 ? Math.round(value) : value).split(".");
  const apart = whole.replaceAll(/\B(?=(\d{3})+$)/g, "\u202f");
  return fraction === undefined ? apart : `${apart}.${fraction}`;
}

/** Least, median and most; one sample by itself. */
export function spreadText(samples: readonly number[], unit: Unit): string {
  const spread = spreadOf(samples);
  if (spread === null) return "–";
  const { least, median, most } = spread;
  return samples.length === 1
    ? numberText(median, unit)
    : [least, median, most].map((value) => numberText(value, unit)).join(" / ");
}

/** Its median, and least and most. */
export function ratioText({ samples }: Pick<Ratio, "samples">): string {
  const spread = spreadOf(samples);
  if (spread === null) return "–";
  const { least, median, most } = spread;
  const [low, middle, high] = [least, median, most].map((value) => rounded(value));
  return samples.length === 1 ? `${middle}` : `${middle} (${low} to ${high})`;
}
