/** Signals that ask this program to end. SIGHUP: its terminal is gone. */
const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * One press of Ctrl-C may arrive twice: from the terminal, and from a launcher that passes it on. What follows within
 * this time, in milliseconds, is the same wish; what comes later is a second one.
 */
const samePressMs = 500;

/** Calls `first` at the first signal to end, and `again` at each further one. Returns how to stop listening. */
export function onEndingSignals(first: () => void, again: () => void): () => void {
  let firstAt: number | null = null;
  const listener = (): void => {
    if (firstAt === null) {
      firstAt = performance.now();
      first();
    } else if (performance.now() - firstAt > samePressMs) again();
  };
  for (const signal of endingSignals) process.on(signal, listener);
  return () => {
    for (const signal of endingSignals) process.off(signal, listener);
  };
}

/** Resolves at the first signal to end. At a second one the process exits at once. */
export function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    onEndingSignals(resolve, () => process.exit(1));
  });
}
