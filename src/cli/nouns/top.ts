import type { Command } from "commander";
import { paintFor } from "../colour.ts";
import { contextOf } from "../context.ts";
import { usageError } from "../errors.ts";
import { onKeys } from "../local/keys.ts";
import { onEndingSignals } from "../local/signals.ts";
import { frame, type Known } from "../top/frame.ts";
import { openScreen } from "../top/screen.ts";
import { watchCluster } from "../top/watch.ts";
import { examples } from "../verb.ts";

/** How often a frame is drawn by itself: leases run down. */
const everyMs = 500;

export function register(noun: Command): void {
  noun
    .description("the cluster, live: nodes and their leases, groups, associations, what happens; q quits")
    .action(top)
    .addHelpText("after", examples("top", "top --cluster exchange"));
}

async function top(_options: unknown, command: Command): Promise<void> {
  const { ask, cluster } = contextOf(command);
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY) {
    throw usageError("This needs a terminal", {
      detail: "it draws over what it has drawn before",
      hint: "For programs: bridgehead cluster show --output json, and bridgehead events --follow.",
    });
  }
  const name = await cluster();
  const ending = new AbortController();
  const end = (): void => ending.abort();
  const clock = (): number => performance.now();
  const paint = paintFor(stdout);
  let known: Known | null = null;
  const screen = openScreen({ write: (text) => stdout.write(text) });
  const draw = (): void => {
    if (known !== null) screen.draw(frame(known, stdout, clock(), paint));
  };
  const timer = setInterval(draw, everyMs);
  const forgetSignals = onEndingSignals(end, end);
  const forgetKeys = onKeys(stdin, [], end);
  stdout.on("resize", draw);
  try {
    await watchCluster(ask, name, {
      signal: ending.signal,
      clock,
      tell: (news) => {
        known = news;
        draw();
      },
    });
  } finally {
    clearInterval(timer);
    forgetSignals();
    stdout.off("resize", draw);
    forgetKeys?.();
    screen.leave();
  }
}
