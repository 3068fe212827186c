import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { CliError } from "../errors.ts";
import { assertPlatform } from "../local/platform.ts";
import { untilSignal } from "../local/signals.ts";
import { createTranscript } from "../local/transcript.ts";
import { write } from "../output.ts";
import { playDemo } from "../demo/play.ts";
import { freeStage } from "../demo/stage.ts";
import { examples } from "../verb.ts";

/** For everything. It takes a sixth of it. */
const patienceMs = 60_000;

export function register(noun: Command): void {
  noun.action(demo).addHelpText("after", examples("demo"));
}

async function demo(): Promise<void> {
  await assertPlatform();
  const began = performance.now();
  const folder = await mkdtemp(join(tmpdir(), "bridgehead-demo-"));
  const transcript = createTranscript(write, patienceMs);
  const stage = await freeStage(folder);
  const interrupted = untilSignal().then((): never => {
    throw new CliError("interrupted", "The demo was interrupted.");
  });
  try {
    await playDemo(stage, transcript, interrupted);
  } catch (error) {
    write(`\nThe logs are in ${join(stage.stateFolder, "logs")}`);
    throw error;
  }
  await rm(folder, { recursive: true, force: true });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  write(`\nAll ${transcript.checked()} lines came out as they should, in ${seconds} s.`);
}
