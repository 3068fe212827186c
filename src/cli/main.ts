import { codeOf } from "./errors.ts";
import { runCommand } from "./program.ts";

// Started by the launcher under an older Node: when that is killed, this ends as if it had been told to.
if (process.env["BRIDGEHEAD_LAUNCHED"] === "1") {
  delete process.env["BRIDGEHEAD_LAUNCHED"];
  process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
  process.channel?.unref();
}

// Whoever reads this, such as `head`, may have seen enough: there is nobody to tell more to.
process.stdout.on("error", (error) => {
  if (codeOf(error) !== "EPIPE") throw error;
  process.exit();
});

// A verb may have set the exit code to say what it found out: that is not overwritten by "done".
const exitCode = await runCommand(process.argv.slice(2));
if (exitCode !== 0) process.exitCode = exitCode;
