import { physicalDisk } from "../../src/agent/drivers/physical-disk.ts";
import { monotonicMs } from "../../src/mta/clock.ts";
import { assigned } from "../agent/assigned.ts";
import { contextIn } from "../agent/driver-context.ts";

/**
 * Takes a disk online, looks at it, and takes it offline, as whoever this process is: says what came of it.
 * Arguments: folder, device, mount point.
 */
const [, , folder = "", Device = "", MountPoint = ""] = process.argv;
const { context } = contextIn(folder, assigned("Physical Disk", { Device, MountPoint }));
const disk = physicalDisk({ cluster: "exchange", node: "NODE1", machine: null, started: () => {} })(context);
try {
  await disk.online(monotonicMs() + 60_000);
  const alive = await disk.isAlive();
  process.stdout.write(`${JSON.stringify({ alive })}\n`);
  await new Promise((resolve) => process.stdin.once("data", resolve));
  await disk.offline();
  process.stdout.write("offline\n");
} catch (error) {
  process.stdout.write(`${String(error)}\n`);
}
process.exit(0);
