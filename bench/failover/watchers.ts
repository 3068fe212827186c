import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { inUtc } from "../../test/network/address-record.ts";
import type { Host, Lan } from "../../test/network/lan.ts";
import { until } from "../../test/support/until.ts";
import { eachLine, ended } from "../lines.ts";

const run = promisify(execFile);

/** Milliseconds of the Unix epoch, with a fraction: all namespaces of a machine share one wall clock. */
type Time = number;

/** The moments at which the peer had a connection to the address. */
export type Reached = { readonly times: readonly Time[]; readonly end: () => Promise<void> };

export async function watchReached(peer: Host, address: string, port: number): Promise<Reached> {
  const child = peer.start(process.execPath, [join(import.meta.dirname, "probe.ts"), address, String(port)]);
  const times: Time[] = [];
  eachLine(child, (line) => times.push(Number(line)));
  await once(child, "spawn");
  return { times, end: () => ended(child) };
}

/** Whom the peer takes for the owner of the address, as its neighbour table says. */
export type Neighbours = {
  readonly seen: readonly { readonly at: Time; readonly mac: string }[];
  readonly end: () => Promise<void>;
};

export async function watchNeighbours(peer: Host, address: string): Promise<Neighbours> {
  const child = peer.start("ip", ["-tshort", "monitor", "neigh"], inUtc);
  const seen: { at: Time; mac: string }[] = [];
  eachLine(child, (line) => {
    const [, time, of, mac] = /^\[([^\]]+)\] (\S+) .*\blladdr (\S+)/.exec(line) ?? [];
    if (time !== undefined && mac !== undefined && of === address) seen.push({ at: Date.parse(`${time}Z`), mac });
  });
  await once(child, "spawn");
  return { seen, end: () => ended(child) };
}

/** A frame by which a host speaks from the address: an IPv4 packet from it, or ARP that says who has it. */
export type Frame = { readonly at: Time; readonly mac: string; readonly kind: "ARP" | "IPv4" };
export type Capture = { readonly end: () => Promise<readonly Frame[]> };

/** What leaves these hosts for the switch, as the switch sees it. */
export async function captureFrames(lan: Lan, hosts: readonly string[], address: string): Promise<Capture> {
  const folder = mkdtempSync(join(tmpdir(), "bridgehead-frames-"));
  const file = join(folder, "frames.pcapng");
  const ports = hosts.flatMap((name) => ["-i", lan.portOf(name, "client")]);
  // From the address alone: what is asked of it and sent to it is the peer's.
  const filter = `src host ${address}`;
  // A filter before the first device is that of all of them.
  const child = lan.startAtSwitches("dumpcap", ["-q", "-f", filter, ...ports, "-w", file]);
  let said = "";
  child.stderr?.on("data", (text: Buffer) => (said += text.toString("utf8")));
  await until(() => /Capturing|File:/.test(said), 10_000, `the capture (${said})`);
  return {
    end: async () => {
      await ended(child, "SIGINT");
      const fields = ["frame.time_epoch", "eth.src", "arp.src.proto_ipv4", "ip.src"].flatMap((name) => ["-e", name]);
      const { stdout } = await run("tshark", ["-n", "-r", file, "-T", "fields", ...fields], { maxBuffer: 2 ** 28 });
      rmSync(folder, { recursive: true });
      return stdout.split("\n").flatMap((line): Frame[] => {
        const [seconds, mac = "", arp, ip] = line.split("\t");
        const kind = arp === address ? "ARP" : ip === address ? "IPv4" : null;
        return kind === null ? [] : [{ at: Number(seconds) * 1_000, mac, kind }];
      });
    },
  };
}
