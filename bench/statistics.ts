/** Least, median and most of some samples. */
export type Spread = { readonly least: number; readonly median: number; readonly most: number };

/** Null: there are no samples. */
export function spreadOf(samples: readonly number[]): Spread | null {
  const sorted = samples.toSorted((a, b) => a - b);
  const [least] = sorted;
  const most = sorted.at(-1);
  return least === undefined || most === undefined ? null : { least, median: medianOf(sorted), most };
}

/** NaN without samples. */
export function medianOf(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

/** The standard deviation that the median of the deviations stands for: one wild sample among some does not move it. */
export function deviationOf(samples: readonly number[]): number {
  const median = medianOf(samples);
  return 1.4826 * medianOf(samples.map((sample) => Math.abs(sample - median)));
}

/** The slope of the line of least squares through these points in logarithms: the exponent of a growth. */
export function growthOf(points: readonly { readonly x: number; readonly y: number }[]): number {
  const logs = points.map(({ x, y }) => ({ x: Math.log(x), y: Math.log(y) }));
  const mean = (of: (point: { x: number; y: number }) => number): number =>
    logs.reduce((sum, point) => sum + of(point), 0) / logs.length;
  const [meanX, meanY] = [mean(({ x }) => x), mean(({ y }) => y)];
  const covariance = mean(({ x, y }) => (x - meanX) * (y - meanY));
  return covariance / mean(({ x }) => (x - meanX) ** 2);
}
