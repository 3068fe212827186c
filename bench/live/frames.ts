import type { Lan } from "../../test/network/lan.ts";
import { captureAtSwitch, type Captured } from "../capture.ts";
import type { Frame } from "./history.ts";

const fields = [
  "frame.time_epoch",
  "eth.src",
  "arp.src.proto_ipv4",
  "ip.src",
  "ipv6.src",
  "icmpv6.nd.na.target_address",
  "tcp.srcport",
  "tcp.flags.syn",
] as const;

type Seen = Captured<(typeof fields)[number]>["frames"][number];

export type FrameRecord = {
  /** @param toMonotonic from the wall clock, which is the kernel's for frames */
  readonly end: (toMonotonic: (wall: number) => number) => Promise<{ frames: Frame[]; missed: number }>;
};

/** What hosts send from one of the addresses, or tell their neighbours of it, as the switch sees it: some of it at both ports. */
export async function captureFrames(
  lan: Lan,
  hosts: readonly string[],
  addresses: readonly string[],
  folder: string,
): Promise<FrameRecord> {
  // A neighbour advertisement may tell of an address and come from another one (RFC 4861 section 4.4).
  const filter = [...addresses.map((address) => `src host ${address}`), "(icmp6 and ip6[40] == 136)"].join(" or ");
  const capture = await captureAtSwitch(lan, hosts, filter, fields, folder);
  return {
    end: async (toMonotonic) => {
      const { frames, missed } = await capture.end();
      const spoken = frames.flatMap((seen) => frameOf(seen, addresses, toMonotonic));
      return { frames: spoken.toSorted((a, b) => a.at - b.at), missed };
    },
  };
}

function frameOf(seen: Seen, addresses: readonly string[], toMonotonic: (wall: number) => number): Frame[] {
  const told = [
    seen["arp.src.proto_ipv4"],
    seen["ip.src"],
    seen["ipv6.src"],
    seen["icmpv6.nd.na.target_address"],
  ] as const;
  const address = told.find((one) => addresses.includes(one));
  if (address === undefined) return [];
  const port = seen["tcp.srcport"];
  const tcp = port === "" ? null : { port: Number(port), isAck: !/^(1|True)$/i.test(seen["tcp.flags.syn"]) };
  return [{ at: toMonotonic(Number(seen["frame.time_epoch"]) * 1_000), mac: seen["eth.src"], address, tcp }];
}
