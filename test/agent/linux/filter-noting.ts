import type { Filter } from "../../../src/agent/linux/filter.ts";

/** A filter that notes what is asked of it. @param isOpen of which addresses it says that they are open */
export function filterNoting(asked: string[], isOpen: (address: string) => boolean = () => false): Filter {
  const note = (what: string) => async () => void asked.push(what);
  return {
    guard: note("guard"),
    unguard: async (address) => {
      asked.push(`unguard ${address}`);
      return !isOpen(address);
    },
    open: note("open"),
    close: note("close"),
    drain: note("drain"),
    undrain: note("undrain"),
    addresses: () => [],
    clear: async () => {},
    end: async () => {},
  };
}
