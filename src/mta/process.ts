/**
 * The MTA process: what the agent forks when a Message Transfer Agent resource goes online. It says `ready`, and is told
 * `start` with the deadline of that moment: a process may take longer to begin than the deadline that it was forked under. See
 * `ipc.ts` for the rest and for its exit codes.
 */
import { monotonicMs } from "./clock.ts";
import { exitCodes, toMtaSchema, type FromMta } from "./ipc.ts";
import { MtaService } from "./service.ts";

/** How long a last message may take to leave; the parent reads its end of the channel, or is gone. */
const farewellMs = 500;

let service: MtaService | null = null;
let unsent = 0;

process.on("message", (message: unknown) => {
  const parsed = toMtaSchema.safeParse(message);
  if (!parsed.success) return;
  if (service !== null) return service.take(parsed.data);
  switch (parsed.data.type) {
    case "start":
      service = new MtaService(parsed.data, { report, exit, now: monotonicMs, wallClock: Date.now });
      void service.run();
      return;
    case "stop":
      return exit(exitCodes.stopped);
    case "deadline":
    case "ping":
    case "drain":
    case "resume":
      return;
  }
});

// The parent's end closed: it died, however it died. An orphan has nobody to blow its fuse early, so it goes now.
process.on("disconnect", () => {
  service?.destroy(exitCodes.orphaned);
  process.exit(exitCodes.orphaned);
});

// Ctrl-C reaches the whole group of processes; the agent decides what it means. SIGTERM is meant for this one.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => {
  if (service === null) process.exit(exitCodes.stopped);
  void service.stop();
});

if (process.send === undefined) {
  process.stderr.write("This is the MTA process of the agent; it is started by fork and has no command line.\n");
  process.exit(2);
}

report({ type: "ready" });

function report(message: FromMta): void {
  unsent += 1;
  process.send?.(message, undefined, undefined, () => {
    unsent -= 1;
  });
}

/** A blown fuse ends the process in this very call; the other ends let the last message go first. */
function exit(code: number): void {
  if (code === exitCodes.fuseBlown || code === exitCodes.orphaned) process.exit(code);
  const giveUpAt = monotonicMs() + farewellMs;
  const leave = (): void => {
    if (unsent === 0 || monotonicMs() >= giveUpAt) process.exit(code);
    setTimeout(leave, 5);
  };
  leave();
}
