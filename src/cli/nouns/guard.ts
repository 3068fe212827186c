import type { Command } from "commander";
import { runGuard } from "../../agent/guard/main.ts";
import { createLog, type LogFormat } from "../../agent/log.ts";
import { begun } from "../begun.ts";
import { untilSignal } from "../local/signals.ts";
import { examples } from "../verb.ts";

type GuardCommandOptions = { readonly socket: string; readonly once?: true; readonly log: LogFormat };

export function register(noun: Command): void {
  noun
    .requiredOption("--socket <path>", "where the agent of this node finds it: guard.sock in the agent's state folder")
    .option("--once", "end with the agent that it has served")
    .option("--log <format>", "json or text, on stderr", "text")
    .action(guard)
    .addHelpText("after", examples("guard --socket /var/lib/bridgehead/guard.sock"));
}

async function guard({ socket: path, once, log: format }: GuardCommandOptions): Promise<void> {
  const log = createLog({ format, source: "guard" });
  const signal = untilSignal();
  const running = await begun(runGuard({ path, log }));
  await Promise.race(once === true ? [signal, running.served] : [signal]);
  await running.close();
}
