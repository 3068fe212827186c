// Runs on a host of the network: asks the filter for several things at once, and prints what came of it.
import { execFileSync } from "node:child_process";
import { createFilter } from "../../src/agent/linux/filter.ts";

const clock = () => performance.now();
const filter = createFilter({
  table: "bridgehead_test",
  clock,
  wallClock: () => Date.now(),
  left: [],
  restored: () => {},
});
const [a, b, c, d] = ["198.18.77.101", "198.18.77.102", "198.18.77.103", "198.18.77.104"] as const;
const soon = () => clock() + 20_000;

await Promise.all([a, b, c].map((address) => filter.guard(address, "client")));
const [, isUnguarded] = await Promise.all([filter.open(a, soon()), filter.unguard(a)]);
await Promise.all([
  filter.open(a, soon()),
  filter.open(b, soon()),
  filter.close(c),
  filter.guard(d, "client"),
  filter.unguard(c),
]);
// Rules that are flushed come back with the next one that is opened, for all that was open.
if (process.argv.includes("flush")) {
  execFileSync("nft", ["flush", "ruleset"]);
  await filter.open(a, soon());
}
console.log(JSON.stringify({ isUnguarded, guarded: filter.addresses().toSorted() }));
await filter.end();
