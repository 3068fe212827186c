import { useEffect, useState } from "preact/hooks";

/**
 * Draws the component anew each time so long has passed and what it reads of the passing time has become another; not while nobody looks.
 * @param read a value that compares by `===`
 */
export function useTicking<T extends string | number>(everyMs: number, read: () => T): T {
  const [, setValue] = useState(read);
  useEffect(() => {
    const timer = window.setInterval(() => {
      if (document.visibilityState === "visible") setValue(read());
    }, everyMs);
    return () => clearInterval(timer);
  });
  return read();
}
