/**
 * A tiny parent for a test: forks the MTA process, passes on what it says, and can be killed without a word. Its
 * argument is the `start` message.
 */
import { fork } from "node:child_process";
import { mtaProcessModule } from "../../src/mta/ipc.ts";

const [, , start = "{}"] = process.argv;
const child = fork(mtaProcessModule);
child.on("message", (message: { readonly type: string }) => {
  if (message.type === "ready") child.send(JSON.parse(start));
  else process.send?.({ pid: child.pid, message });
});
