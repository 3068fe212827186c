import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** What runs without privilege: plain Node, and the control plane inside workerd. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "node",
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
          include: ["test/control-plane/**/*.test.ts"],
          globalSetup: ["test/support/receiver-setup.ts"],
        },
      },
    ],
  },
});
