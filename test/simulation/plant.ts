import { registerHooks } from "node:module";
import { plantedBugs } from "./planted-bugs.ts";

/** Loaded with `node --import` before a run: changes one line of one source file on its way into the program. */
const name = process.env.BRIDGEHEAD_PLANTED_BUG ?? "";
const bug = Object.entries(plantedBugs).find(([key]) => key === name)?.[1];
if (bug === undefined) throw new Error(`no planted bug is called "${name}"`);

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(bug.file)) return loaded;
    const source = String(loaded.source);
    if (!source.includes(bug.find)) throw new Error(`${bug.file} has no line to plant "${name}" in`);
    return { ...loaded, source: source.replace(bug.find, bug.replace) };
  },
});
