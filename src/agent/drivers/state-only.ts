import type { DriverFactory } from "./driver.ts";

/**
 * A resource that is a state and nothing on the host. A Network Name is told to whoever asks for a verdict, and a Physical
 * Disk without a driver stands in the dependency tree as it does in the definition.
 */
export const stateOnly: DriverFactory = () => ({
  online: async () => {},
  offline: async () => {},
  terminate: async () => {},
  looksAlive: async () => true,
  isAlive: async () => ({ ok: true }),
  extend: () => {},
});
