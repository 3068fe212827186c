import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Lan } from "../../test/network/lan.ts";
import { until } from "../../test/support/until.ts";
import type { Frame } from "./history.ts";
import { ended } from "../lines.ts";

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

export type Capture = {
  /** @param toMonotonic from the wall clock, which is the kernel's for frames */
  readonly end: (toMonotonic: (wall: number) => number) => Promise<{ frames: Frame[]; missed: number }>;
};

/** What hosts send from one of the addresses, or tell their neighbours of it, as the switch sees it: some of it at both ports. */
export async function captureFrames(
  lan: Lan,
  hosts: readonly string[],
  addresses: readonly string[],
  folder: string,
): Promise<Capture> {
  const file = join(folder, "frames.pcapng");
  const ports = hosts.map((name) => lan.portOf(name, "client"));
  // A neighbour advertisement may tell of an address and come from another one (RFC 4861 section 4.4).
  const filter = [...addresses.map((address) => `src host ${address}`), "(icmp6 and ip6[40] == 136)"].join(" or ");
  const words = ["-q", "-s", "128", "-B", "16", "-f", filter, ...ports.flatMap((port) => ["-i", port]), "-w", file];
  const child = lan.startAtSwitches("dumpcap", words);
  let said = "";
  child.stderr?.on("data", (text: Buffer) => (said += text.toString("utf8")));
  await until(() => /Capturing|File:/.test(said), 30_000, "the capture");
  return {
    end: async (toMonotonic) => {
      if (child.exitCode !== null) throw new Error(`the capture ended before its time: ${said}`);
      await ended(child, "SIGINT");
      const words = ["-n", "-r", file, "-T", "fields", ...fields.flatMap((name) => ["-e", name])];
      const { stdout } = await promisify(execFile)("tshark", words, { maxBuffer: 2 ** 29 });
      const frames = stdout.split("\n").flatMap((line) => frameOf(line, addresses, toMonotonic));
      return { frames: frames.toSorted((a, b) => a.at - b.at), missed: missedOf(said) };
    },
  };
}

function frameOf(line: string, addresses: readonly string[], toMonotonic: (wall: number) => number): Frame[] {
  const [seconds, mac = "", arp, ip, ip6, told, source, syn] = line.split("\t");
  const address = [arp, ip, ip6, told].find((one) => one !== undefined && addresses.includes(one));
  if (address === undefined) return [];
  const tcp =
    source === undefined || source === "" ? null : { port: Number(source), isAck: !/^(1|True)$/i.test(syn ?? "") };
  return [{ at: toMonotonic(Number(seconds) * 1_000), mac, address, tcp }];
}

/** Of each device it says `Packets received/dropped on interface 'client1': 28/0 (pcap:0/dumpcap:0/flushed:0/ps_ifdrop:0) (100.0%)`. */
export function missedOf(said: string): number {
  const each = [...said.matchAll(/received\/dropped on interface [^:]*: \d+\/(\d+)/g)];
  return each.reduce((sum, [, dropped]) => sum + Number(dropped), 0);
}
