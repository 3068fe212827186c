import type { DriverFactory } from "./driver.ts";

/** A resource that is a state and nothing on the host: a Physical Disk without a Device stands in the dependency tree, and no more. */
export const stateOnly: DriverFactory = () => ({
  online: async () => {},
  offline: async () => {},
  terminate: async () => {},
  looksAlive: async () => true,
  isAlive: async () => ({ ok: true }),
  extend: () => {},
});
