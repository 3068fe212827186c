import { once } from "node:events";
import { eachLine, ended } from "../support/lines.ts";
import { until } from "../support/until.ts";
import type { Host } from "./lan.ts";

/** That an address came or went, as the kernel of a host says it. `at`: milliseconds of the Unix epoch, with microseconds. */
export type AddressEvent = { readonly at: number; readonly host: string; readonly what: "added" | "removed" };

export type AddressRecord = {
  readonly events: () => readonly AddressEvent[];
  readonly end: () => Promise<void>;
};

/** What `ip -tshort` writes is of the local zone, and does not say of which. */
export const inUtc: NodeJS.ProcessEnv = { ...process.env, TZ: "UTC" };

/** An address that comes and goes so that the monitor is heard. */
const marker = "127.77.0.1";

/**
 * The kernel's own record of one address on one host (`ip -ts monitor address`). All namespaces of a machine share one wall
 * clock, so that the records of several hosts can be laid side by side.
 */
export async function recordAddress(host: Host, address: string): Promise<AddressRecord> {
  const events: AddressEvent[] = [];
  let marks = 0;
  let present = (await host.run("ip", "-oneline", "address", "show", "to", address)).includes(` ${address}/`);
  const child = host.start("ip", ["-tshort", "-oneline", "monitor", "address"], inUtc);
  eachLine(child, (line) => {
    if (line.includes(` ${marker}/`)) marks += 1;
    const parsed = /^\[([^\]]+)\] (Deleted )?.*\binet6? ([^/\s]+)\//.exec(line);
    if (parsed === null || parsed[3] !== address) return;
    const isThere = parsed[2] === undefined;
    // A renewed lifetime is told as well.
    if (isThere === present) return;
    present = isThere;
    events.push({ at: Date.parse(`${parsed[1]}Z`), host: host.name, what: isThere ? "added" : "removed" });
  });
  await once(child, "spawn");
  await marked();

  /** Until the monitor tells of what is done now: from here on, or up to here, it has told everything. */
  async function marked(): Promise<void> {
    const before = marks;
    await until(
      async () => {
        for (const verb of ["add", "delete"]) await host.run("ip", "address", verb, `${marker}/32`, "dev", "lo");
        return marks > before;
      },
      5_000,
      "the kernel's record",
    );
  }

  return {
    events: () => events,
    end: async () => {
      await marked();
      await ended(child);
    },
  };
}
