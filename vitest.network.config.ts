import { defineConfig } from "vitest/config";

/** What waits in it for something has a bound of its own; and a network may have to wait for five minutes, for another one's end. */
const withinMs = 400_000;

/** What needs root and Debian packages: real addresses in network namespaces, dissectors. One file at a time. */
export default defineConfig({
  test: {
    include: ["test/network/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: withinMs,
    hookTimeout: withinMs,
  },
});
