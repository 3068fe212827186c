import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Lan } from "../test/network/lan.ts";
import { ended } from "../test/support/lines.ts";
import { until } from "../test/support/until.ts";

export type Captured<Field extends string> = {
  /** By time. */
  readonly frames: readonly Readonly<Record<Field, string>>[];
  /** How many frames the capture itself says that it has missed. */
  readonly missed: number;
};

export type Capture<Field extends string> = { readonly end: () => Promise<Captured<Field>> };

/** What hosts send and the filter lets through, as the switch sees it at their ports: each frame by the fields of tshark that are wanted. */
export async function captureAtSwitch<Field extends string>(
  lan: Lan,
  hosts: readonly string[],
  filter: string,
  fields: readonly Field[],
  folder: string,
): Promise<Capture<Field>> {
  const file = join(folder, "frames.pcapng");
  const ports = hosts.flatMap((name) => ["-i", lan.portOf(name, "client")]);
  // A filter before the first device is that of all of them. Nobody looks beyond the headers.
  const words = ["-q", "-s", "128", "-B", "16", "-f", filter, ...ports, "-w", file];
  const child = lan.startAtSwitches("dumpcap", words);
  let said = "";
  child.stderr?.on("data", (text: Buffer) => (said += text.toString("utf8")));
  await until(() => /Capturing|File:/.test(said), 30_000, "the capture").catch((error: Error) => {
    throw new Error(`${error.message} (${said})`, { cause: error });
  });
  return {
    end: async () => {
      if (child.exitCode !== null) throw new Error(`the capture ended before its time: ${said}`);
      await ended(child, "SIGINT");
      const asked = ["-n", "-r", file, "-T", "fields", ...fields.flatMap((name) => ["-e", name])];
      const { stdout } = await promisify(execFile)("tshark", asked, { maxBuffer: 2 ** 29 });
      const lines = stdout.split("\n").filter((line) => line !== "");
      const frames = lines.map((line) => {
        const values = line.split("\t");
        return Object.fromEntries(fields.map((name, at) => [name, values[at] ?? ""])) as Record<Field, string>;
      });
      return { frames, missed: missedOf(said) };
    },
  };
}

/** Of each device it says `Packets received/dropped on interface 'client1': 28/0 (pcap:0/dumpcap:0/flushed:0/ps_ifdrop:0) (100.0%)`. */
export function missedOf(said: string): number {
  const each = [...said.matchAll(/received\/dropped on interface [^:]*: \d+\/(\d+)/g)];
  return each.reduce((sum, [, dropped]) => sum + Number(dropped), 0);
}
