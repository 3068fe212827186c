export type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Runs what it is given one after the other, whatever becomes of what was before. */
export function oneAtATime(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };
}
