import { availableParallelism } from "node:os";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** A bound on what hangs, far above what any test takes on two busy cores: slowness alone fails nothing. */
const patience = { testTimeout: 60_000, hookTimeout: 60_000 };

/** Pure functions, which leave nothing behind that another file could see: they need no process of their own for each file. */
const pure = ["test/agent/machine/**", "test/cluster/**", "test/protocol/**", "test/registry/**"];

/** What runs without privilege: the brain alone, plain Node, and the control plane inside workerd. */
export default defineConfig({
  test: {
    // Two at least: most files wait for processes and clocks, and not for a processor.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        test: {
          name: "brain",
          ...patience,
          isolate: false,
          include: pure.map((files) => `${files}/*.test.ts`),
        },
      },
      {
        test: {
          name: "node",
          ...patience,
          include: ["test/**/*.test.ts"],
          exclude: [...pure, "test/control-plane/**", "test/network/**"],
        },
      },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: { bindings: { BRIDGEHEAD_ADMIN_TOKEN: "admin-token-of-the-tests" } },
          }),
        ],
        test: {
          name: "workerd",
          ...patience,
          include: ["test/control-plane/**/*.test.ts"],
          globalSetup: ["test/support/receiver-setup.ts"],
        },
      },
    ],
  },
});
