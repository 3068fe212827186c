/**
 * Microseconds of this thread's CPU time that something takes: so many samples, each of as many runs as fit into the time. It is CPU time
 * because a machine that does other things as well would only be measured otherwise.
 *
 * @param turns done one after the other: a sample is the mean of all of them
 */
export function timed(turns: readonly (() => unknown)[], samples: number, msEach: number): number[] {
  const sample = (): number => {
    const startedAt = performance.now();
    const before = cpuMicroseconds();
    let times = 0;
    do {
      for (const turn of turns) turn();
      times += 1;
    } while (performance.now() - startedAt < msEach);
    return (cpuMicroseconds() - before) / (times * turns.length);
  };
  // What is compiled by then is not measured.
  sample();
  return Array.from({ length: samples }, sample);
}

/** CPU time that this thread has had. */
export function cpuMicroseconds(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
