import { defineConfig } from "vitest/config";

/** What needs root and Debian packages: real addresses in network namespaces, dissectors. One file at a time. */
export default defineConfig({
  test: { include: ["test/network/**/*.test.ts"], fileParallelism: false, testTimeout: 120_000 },
});
