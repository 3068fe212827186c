// Time without the virtual IP, for each way in which a node can lose it, on hosts that are network namespaces:
//   node bench/failover/main.ts [--who ours|keepalived|pacemaker] [--rounds N] [--ms N] [--only PART]
// `--ms`: the ttl of ours, the interval of keepalived's advertisements, the token of corosync. `--only`: scenes of ours whose name holds it.
// Needs root, iproute2, nftables, iputils-arping and tshark, and what is measured. What it made it removes.
import { parseArgs } from "node:util";
import { playKeepalived } from "./keepalived.ts";
import { playOurs } from "./ours.ts";
import { playPacemaker } from "./pacemaker.ts";
import { heading, phasesText, type Played, row } from "./round.ts";

const { values } = parseArgs({
  options: {
    who: { type: "string", default: "ours" },
    rounds: { type: "string", default: "10" },
    ms: { type: "string" },
    only: { type: "string", default: "" },
  },
});
const rounds = Number(values.rounds);
const played = ({ scene, rounds: judged, phases }: Played): void => {
  console.log(row(scene, judged));
  if (phases.length > 0) console.log(`  ${phasesText(phases)}`);
};

console.log(`${values.who}, milliseconds (least/median/most)\n${heading}`);
if (values.who === "keepalived") await playKeepalived(rounds, Number(values.ms ?? 1_000), played);
else if (values.who === "pacemaker") await playPacemaker(rounds, Number(values.ms ?? 3_000), played);
else {
  const ttlMs = Number(values.ms ?? 2_000);
  await playOurs({ rounds, lease: { ttlMs, renewMs: Math.floor(ttlMs / 4) }, only: values.only, played });
}
