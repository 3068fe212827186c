// X.400 messages of a group whose agent is killed (SIGKILL), again and again: node bench/mail/x400.ts [messages] [failovers] [x410|normal]
// Both nodes reach the group's queue; a third host stores what it is transferred. As root.
import { virtualAddress } from "../../test/network/lan.ts";
import { deliverX400 } from "../../test/network/x400/delivered-over.ts";
import { modes, openX400Stage } from "../../test/network/x400/x400-stage.ts";

const messages = Number(process.argv[2] ?? 1_000);
const failovers = Number(process.argv[3] ?? 10);
const only = process.argv[4];

const columns = ["messages", "failovers", "lost", "stored", "resumed", "not from the VIP", "seconds"];
console.log(`| | ${columns.join(" | ")} |\n|---|${columns.map(() => "---|").join("")}`);
const x400 = await openX400Stage();
try {
  for (const mode of modes.filter((one) => only === undefined || one === only)) {
    const terms = { messages, failovers, longEach: 10 };
    const { submitted, lost, stored, resumed, from, tookMs } = await deliverX400(x400, mode, terms);
    const elsewhere = from.filter((address) => address !== virtualAddress);
    const cells = [submitted.length, failovers, lost.length, stored.length, resumed, elsewhere.length];
    console.log(`| ${[mode, ...cells, (tookMs / 1_000).toFixed(1)].join(" | ")} |`);
  }
} finally {
  await x400.close();
}
