import { registerHooks } from "node:module";
import { bugOf, planted } from "./planted-bugs.ts";

/** Loaded with `node --import` before a run: changes one line of one source file on its way into the program. */
const bug = bugOf(process.env.BRIDGEHEAD_PLANTED_BUG ?? "");

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    return url.endsWith(bug.file) ? { ...loaded, source: planted(bug, String(loaded.source)) } : loaded;
  },
});
