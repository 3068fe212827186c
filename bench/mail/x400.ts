// X.400 messages of a group whose agent is killed (SIGKILL), again and again: node bench/mail/x400.ts [messages] [failovers] [x410|normal]
// Both nodes reach the group's queue; a third host stores what it is transferred. As root.
import { virtualAddress } from "../../test/network/lan.ts";
import { deliverX400 } from "../../test/network/x400/delivered-over.ts";

const messages = Number(process.argv[2] ?? 1_000);
const failovers = Number(process.argv[3] ?? 10);
const only = process.argv[4];
const modes = (["normal", "x410"] as const).filter((mode) => only === undefined || mode === only);

const columns = ["messages", "failovers", "lost", "stored", "resumed", "not from the VIP", "seconds"];
console.log(`| | ${columns.join(" | ")} |\n|---|${columns.map(() => "---|").join("")}`);
for (const mode of modes) {
  const { submitted, lost, stored, resumed, from, tookMs } = await deliverX400(
    { messages, failovers, longEach: 10 },
    mode,
  );
  const elsewhere = from.filter((address) => address !== virtualAddress);
  const cells = [submitted.length, failovers, lost.length, stored.length, resumed, elsewhere.length];
  console.log(`| ${[mode, ...cells, (tookMs / 1_000).toFixed(1)].join(" | ")} |`);
}
