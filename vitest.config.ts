import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** A bound on what hangs, far above what any test takes on two busy cores: slowness alone fails nothing. */
const patience = { testTimeout: 30_000, hookTimeout: 30_000 };

/** What runs without privilege: plain Node, and the control plane inside workerd. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "node",
          ...patience,
          include: ["test/**/*.test.ts"],
          exclude: ["test/control-plane/**", "test/network/**"],
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
