import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import type { HostId } from "../cluster/messages.ts";

/**
 * Which machine this is, and since which boot. Null where the host does not say so. A machine's id is confidential (machine-id(5)),
 * so that what is told of it is a digest of our own.
 */
export function hostId(machineFile = "/etc/machine-id", bootFile = "/proc/sys/kernel/random/boot_id"): HostId | null {
  try {
    const [machine = "", boot = ""] = [machineFile, bootFile].map((file) => readFileSync(file, "utf8").trim());
    // "uninitialized" while the first boot of an image has not given it a name.
    if (!/^[0-9a-f]{32}$/.test(machine) || boot === "") return null;
    return { machine: createHmac("sha256", machine).update("bridgehead").digest("hex").slice(0, 32), boot };
  } catch {
    return null;
  }
}
