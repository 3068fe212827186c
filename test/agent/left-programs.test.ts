import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { genericApplication } from "../../src/agent/drivers/generic-application.ts";
import { endProgramsLeft } from "../../src/agent/left-programs.ts";
import { startOf } from "../../src/agent/processes.ts";
import { assigned } from "./assigned.ts";
import { contextIn } from "./driver-context.ts";

let folder = "";
const logged: string[] = [];
const log = (_level: string, code: string): void => void logged.push(code);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-lüft-"));
  logged.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("DR14 a program that a killed run has left is ended by the next one, and nobody else's", async () => {
  const CommandLine = "setsid sleep 60 & sleep 60";
  const { context, heard } = contextIn(folder, assigned("Generic Application", { CommandLine, CurrentDirectory: "." }));
  await genericApplication(context).online(0);
  const other = spawn("sleep", ["60"], { env: { ...process.env, BRIDGEHEAD_OUTPUT_FOLDER: join(folder, "others") } });
  try {
    await once(other, "spawn");
    const [told = "{}"] = heard.there;
    const { pid } = JSON.parse(told) as { pid: number };
    expect(startOf(pid)).not.toBeNull();
    await endProgramsLeft(join(folder, "output"), log);
    expect(startOf(pid)).toBeNull();
    expect(startOf(other.pid ?? 0)).not.toBeNull();
    expect(logged).toEqual(["programs-left"]);
    await endProgramsLeft(join(folder, "output"), log);
    expect(logged).toEqual(["programs-left"]);
  } finally {
    other.kill("SIGKILL");
  }
});
