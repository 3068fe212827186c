import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterwards, eventually, peerAddress } from "../mta/support.ts";

/** Captures what crosses the loopback on `port` while `scene` runs. */
export async function capture(port: number, scene: () => Promise<void>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mta-capture-"));
  afterwards(() => rm(folder, { recursive: true }));
  const file = join(folder, "association.pcapng");
  // -P prints each packet as it is written; the markers below are packets, so nothing is left to a guess of time.
  const tshark = spawn("tshark", ["-l", "-P", "-n", "-i", "lo", "-f", `tcp port ${port}`, "-w", file]);
  const exited = once(tshark, "exit");
  afterwards(() => tshark.kill("SIGKILL"));
  let printed = "";
  let complaints = "";
  tshark.stdout.on("data", (chunk) => (printed += chunk));
  tshark.stderr.on("data", (chunk) => (complaints += chunk));
  await marked(port, "127.0.1.201", () => printed).catch((error: Error) => {
    throw new Error(`${error.message}; tshark says: ${complaints}`);
  });
  await scene();
  await marked(port, "127.0.1.202", () => printed);
  tshark.kill("SIGINT");
  await exited;
  return file;
}

/** Connects from `address` until the capture shows it: from then on, or up to then, everything is in it. */
async function marked(port: number, address: string, printed: () => string): Promise<void> {
  const knock = (): void => {
    const socket = connect({ host: peerAddress, port, localAddress: address });
    socket.on("error", () => {});
    socket.on("connect", () => socket.destroy());
  };
  const knocking = setInterval(knock, 100);
  try {
    await eventually(`a packet from ${address} in the capture`, () => printed().includes(address), 15_000);
  } finally {
    clearInterval(knocking);
  }
}

/** The fields of each packet that the filter lets through, by name; several values of one are apart by commas. */
export async function dissect<Field extends string>(
  file: string,
  port: number,
  filter: string,
  fields: readonly Field[],
): Promise<Record<Field, string>[]> {
  const args = [
    "-n",
    "-o",
    "rtse.reassemble:TRUE",
    "-r",
    file,
    "-d",
    `tcp.port==${port},tpkt`,
    "-Y",
    filter,
    "-T",
    "fields",
    "-E",
    "separator=|",
  ];
  const { stdout } = await promisify(execFile)("tshark", [...args, ...fields.flatMap((field) => ["-e", field])]);
  const lines = stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const values = line.split("|");
    return Object.fromEntries(fields.map((field, at) => [field, values[at] ?? ""])) as Record<Field, string>;
  });
}
