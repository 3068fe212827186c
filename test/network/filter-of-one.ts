// Runs on a host of the network: opens one IPv6 address for so many milliseconds, says "open", and "over" when the kernel shows that as over.
import { execFileSync } from "node:child_process";
import { createFilter } from "../../src/agent/linux/filter.ts";

const [address = "", forMs] = process.argv.slice(2);
const table = "bridgehead_test";
const clock = () => performance.now();
// The absolute bound is the wall clock's. One that is a minute ahead puts it so far off that it is not what closes.
const wallClock = () => Date.now() + 60_000;
const filter = createFilter({ table, clock, wallClock, left: [], restored: () => {} });

await filter.guard(address, "client");
await filter.open(address, clock() + Number(forMs));
console.log("open");
while (execFileSync("nft", ["list", "set", "netdev", table, "open6"], { encoding: "utf8" }).includes("elements"));
console.log("over");
await filter.end();
