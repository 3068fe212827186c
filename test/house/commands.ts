/** The tests that run the commands of a page's blocks; each of them names the page. */
export const runnersOf: Readonly<Record<string, readonly string[]>> = {
  "README.md": ["test/e2e/readme.test.ts"],
  "docs/disaster.md": ["test/e2e/disaster.test.ts"],
  "docs/edge.md": ["test/e2e/edge.test.ts"],
  "docs/hosts.md": ["test/network/hosts-page.test.ts"],
  "docs/mailers.md": ["test/e2e/mailers.test.ts"],
  "docs/outage.md": ["test/network/outage.test.ts", "test/house/outage.test.ts"],
  "docs/self-hosting.md": ["test/e2e/self-hosting.test.ts", "test/network/control-unit.test.ts"],
  "docs/simulation.md": ["test/simulation/page.test.ts"],
  "docs/tutorial.md": ["test/e2e/tutorial.test.ts", "test/network/mailers/tutorial.test.ts"],
  "docs/upgrade.md": ["test/e2e/upgrade.test.ts"],
  "docs/x400.md": ["test/cli/mta-submit.test.ts"],
  "model/README.md": ["test/house/model.test.ts"],
};
