import { join } from "node:path";
import { eachLine } from "../../support/lines.ts";
import { until } from "../../support/until.ts";
import type { Host } from "../lan.ts";

/** A message as the server that took it saw it. */
export type Taken = {
  readonly from: string;
  readonly helo: string;
  readonly id: string;
  /** Milliseconds of the Unix epoch. */
  readonly at: number;
};

export type Sink = {
  readonly address: string;
  readonly port: number;
  /** In the order in which they came. */
  readonly taken: readonly Taken[];
};

/** A real SMTP server on this host; it goes with the network. */
export async function openSink(host: Host, { address = host.addressOn("client"), port = 2_525 } = {}): Promise<Sink> {
  const child = host.start(process.execPath, [join(import.meta.dirname, "smtp-sink.ts"), address, String(port)]);
  const taken: Taken[] = [];
  let isListening = false;
  eachLine(child, (line) => {
    if (line === "listening") isListening = true;
    else taken.push(JSON.parse(line) as Taken);
  });
  let said = "";
  child.stderr?.on("data", (text: Buffer) => (said += text.toString("utf8")));
  await until(() => isListening, 10_000, `the SMTP server (${said})`);
  return { address, port, taken };
}
