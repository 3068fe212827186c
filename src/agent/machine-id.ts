import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";

/**
 * Which machine this is, over its boots. Null where it does not say so. A machine's id is confidential (machine-id(5)), so that what is
 * told of it is a digest of our own.
 */
export function machineId(file = "/etc/machine-id"): string | null {
  try {
    const id = readFileSync(file, "utf8").trim();
    // "uninitialized" while the first boot of an image has not given it a name.
    if (!/^[0-9a-f]{32}$/.test(id)) return null;
    return createHmac("sha256", id).update("bridgehead").digest("hex").slice(0, 32);
  } catch {
    return null;
  }
}
