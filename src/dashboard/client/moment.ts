/** A moment on both clocks of this browser. */
export type Moment = { readonly monotonic: number; readonly wall: number };

export function now(): Moment {
  return { monotonic: performance.now(), wall: Date.now() };
}

/**
 * Milliseconds since then, by the clock that says more: the monotonic one may stand still while a machine sleeps, and the
 * other may be set back. What is shown may be taken for older than it is, never for younger.
 */
export function since({ monotonic, wall }: Moment): number {
  return Math.max(performance.now() - monotonic, Date.now() - wall, 0);
}
