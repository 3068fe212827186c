import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from "node:fs";
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

export type Capture<Field extends string> = {
  /** Resolves when all that has crossed the switch is in it: the kernel hands it over in blocks. All hosts have to be linked. */
  readonly caughtUp: () => Promise<void>;
  readonly end: () => Promise<Captured<Field>>;
};

/** What the hosts say to catch up is no part of it. */
const echo = "icmp6 and ip6[40] == 128";
const noEcho = "!(icmpv6.type == 128)";

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
  const words = ["-q", "-s", "128", "-B", "16", "-f", `(${filter}) or (${echo})`, ...ports, "-w", file];
  const child = lan.startAtSwitches("dumpcap", words);
  let said = "";
  child.stderr?.on("data", (text: Buffer) => (said += text.toString("utf8")));
  // It says which devices it takes before it has opened them, and its file after that.
  await until(() => said.includes("File:"), 30_000, "the capture").catch((error: Error) => {
    throw new Error(`${error.message} (${said})`, { cause: error });
  });
  return {
    // Each host says something to all others, so that it is seen at each port once.
    caughtUp: async () => {
      const from = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
      const marks = hosts.map(() => randomBytes(16));
      const say = (name: string, index: number): Promise<string> => {
        const pattern = marks[index]?.toString("hex") ?? "";
        const words = ["-c", "1", "-W", "1", "-I", "client", "-p", pattern, "ff02::1"];
        // Whether anybody answers says nothing.
        return lan
          .host(name)
          .run("ping", ...words)
          .catch(() => "");
      };
      await Promise.all(hosts.map(say));
      const areThere = (): boolean => {
        const bytes = existsSync(file) ? bytesOf(file, from) : Buffer.alloc(0);
        return marks.every((mark) => timesIn(bytes, Buffer.concat([mark, mark])) >= hosts.length);
      };
      await until(areThere, 20_000, "the end of the capture");
    },
    end: async () => {
      if (child.exitCode !== null) throw new Error(`the capture ended before its time: ${said}`);
      await ended(child, "SIGINT");
      const asked = ["-n", "-r", file, "-Y", noEcho, "-T", "fields", ...fields.flatMap((name) => ["-e", name])];
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

function bytesOf(file: string, from: number): Buffer {
  const descriptor = openSync(file, "r");
  const bytes = Buffer.alloc(fstatSync(descriptor).size - from);
  readSync(descriptor, bytes, 0, bytes.length, from);
  closeSync(descriptor);
  return bytes;
}

function timesIn(bytes: Buffer, what: Buffer): number {
  let times = 0;
  for (let at = bytes.indexOf(what); at !== -1; at = bytes.indexOf(what, at + what.length)) times += 1;
  return times;
}

/** Of each device it says `Packets received/dropped on interface 'client1': 28/0 (pcap:0/dumpcap:0/flushed:0/ps_ifdrop:0) (100.0%)`. */
export function missedOf(said: string): number {
  const each = [...said.matchAll(/received\/dropped on interface [^:]*: \d+\/(\d+)/g)];
  return each.reduce((sum, [, dropped]) => sum + Number(dropped), 0);
}
