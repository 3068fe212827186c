// Messages through real mailers that fail over with their queues: node bench/mail/main.ts [messages] [failovers] [part of a mailer's name]
// The agent of the node that has the group is killed (SIGKILL), again and again, while a third host brings mail and takes it.
// Needs what `test/network/mailers/install.sh` brings, as root.
import { virtualAddress } from "../../test/network/lan.ts";
import { deliverOver } from "../../test/network/mailers/failing-over.ts";
import { served } from "../../test/network/mailers/served.ts";

const messages = Number(process.argv[2] ?? 200);
const failovers = Number(process.argv[3] ?? 5);
const only = process.argv[4] ?? "";
const everyMs = 50;

const columns = [
  "messages",
  "failovers",
  "lost",
  "twice",
  "in flight",
  "not from the VIP",
  "wrong name",
  "longest pause",
];
console.log(`| | ${columns.join(" | ")} |\n|---|${columns.map(() => "---|").join("")}`);
for (const one of served.filter(({ kind }) => kind.name.includes(only))) {
  const [delivery] = await deliverOver([one], { messages, failovers, everyMs });
  if (delivery === undefined) continue;
  const { fed, taken, lost, twice, inFlight, longestPauseMs } = delivery;
  const elsewhere = taken.filter(({ from }) => from !== virtualAddress);
  const otherwise = taken.filter(({ helo }) => helo.toUpperCase() !== "MAILVS");
  const counts = [fed, { length: failovers }, lost, twice, inFlight, elsewhere, otherwise].map(({ length }) => length);
  console.log(`| ${[one.kind.name, ...counts, `${longestPauseMs} ms`].join(" | ")} |`);
  if (twice.length > 0)
    console.error(`twice: ${twice.join(" ")}; the last answer was in flight at a cut: ${inFlight.join(" ")}`);
}
