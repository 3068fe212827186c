// Plain JavaScript that old versions of Node can read. The package brings Node 24 with it, so that a host's own Node does
// not matter; not every npm links it into .bin, so it is looked for where it was installed.
import { existsSync } from "fs";
import { createRequire } from "module";
import { dirname, join } from "path";

/** The Node of the package for this processor, or null. */
export function broughtNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve("node-linux-" + process.arch + "/package.json");
    const node = join(dirname(manifest), "bin", "node");
    return existsSync(node) ? node : null;
  } catch (_error) {
    return null;
  }
}
