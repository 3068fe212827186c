import { runCommand } from "./program.ts";

// A verb may have set the exit code to say what it found out: that is not overwritten by "done".
const exitCode = await runCommand(process.argv.slice(2));
if (exitCode !== 0) process.exitCode = exitCode;
