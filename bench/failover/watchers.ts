import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inUtc } from "../../test/network/address-record.ts";
import type { Host, Lan } from "../../test/network/lan.ts";
import { eachLine, ended } from "../../test/support/lines.ts";
import { captureAtSwitch } from "../capture.ts";

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
  // From the address alone: what is asked of it and sent to it is the peer's.
  const capture = await captureAtSwitch(lan, hosts, `src host ${address}`, fields, folder);
  return {
    end: async () => {
      const { frames } = await capture.end();
      rmSync(folder, { recursive: true });
      return frames.flatMap((seen): Frame[] => {
        const kind = seen["arp.src.proto_ipv4"] === address ? "ARP" : seen["ip.src"] === address ? "IPv4" : null;
        return kind === null ? [] : [{ at: Number(seen["frame.time_epoch"]) * 1_000, mac: seen["eth.src"], kind }];
      });
    },
  };
}

const fields = ["frame.time_epoch", "eth.src", "arp.src.proto_ipv4", "ip.src"] as const;
