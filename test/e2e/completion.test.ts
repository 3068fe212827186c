import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exchangeFiles } from "../../src/cli/local/exchange.ts";
import { freeStage } from "../../src/cli/demo/stage.ts";
import { completionScript, type Shell } from "../../src/cli/completion/scripts.ts";
import { freePort } from "../support/ports.ts";
import { until } from "../support/until.ts";
import { startCommand, type Command } from "./support.ts";

const bin = join(import.meta.dirname, "..", "..", "bin", "bridgehead.js");
let folder = "";
let serve: Command | null = null;
let environment: NodeJS.ProcessEnv = {};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-completion-"));
  await freeStage(folder);
  const port = await freePort("127.0.0.1");
  // A program on the path, as it is where the package is installed.
  writeFileSync(join(folder, "bridgehead"), `#!/bin/sh\nexec "${process.execPath}" "${bin}" "$@"\n`);
  chmodSync(join(folder, "bridgehead"), 0o755);
  const path = [folder, process.env["PATH"]].join(delimiter);
  environment = { ...process.env, PATH: path, HOME: folder, BRIDGEHEAD_URL: `http://127.0.0.1:${port}` };
  const started = startCommand(["serve", "--listen", `127.0.0.1:${port}`], folder, environment);
  serve = started;
  await until(() => started.output().includes("Ctrl-C ends it"), 20_000, "the control plane");
  await shell("sh", ["-c", `bridgehead cluster apply -f ${exchangeFiles.definition}`]);
}, 60_000);

afterAll(async () => {
  serve?.child.kill("SIGTERM");
  await serve?.ended;
  rmSync(folder, { recursive: true, force: true });
});

function shell(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd: folder, env: environment, timeout: 20_000 }, (error, out, err) =>
      error === null && err === "" ? resolve(out) : reject(new Error(`${program}: ${err || error?.message}\n${out}`)),
    );
  });
}

function isThere(shell: Shell): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((place) => existsSync(join(place, shell)));
}

/** What bash would offer: the line up to the cursor is split as readline does it, and the function is called. */
async function bash(line: string): Promise<string[]> {
  const script = `source <(bridgehead completion bash)
    COMP_LINE=$1 COMP_POINT=\${#1}
    _bridgehead bridgehead
    printf '%s\\n' "\${COMPREPLY[@]}"
    complete -p bridgehead >/dev/null`;
  return (await shell("bash", ["-c", script, "bash", line])).split("\n").filter((word) => word !== "");
}

describe("CL19 in a real bash", () => {
  test("CL19 nouns, verbs and options", { timeout: 60_000 }, async () => {
    expect(await bash("bridgehead no")).toEqual(["node"]);
    expect(await bash("bridgehead node con")).toEqual(["confirm-down"]);
    expect(await bash("bridgehead group move Exchange --wa")).toEqual(["--wait"]);
  });

  test("CL19 names of the control plane, quoted as they have to be", { timeout: 60_000 }, async () => {
    expect(await bash("bridgehead node pause ")).toEqual(["NODE1", "NODE2"]);
    expect(await bash("bridgehead group move Ex")).toEqual(["Exchange"]);
    expect(await bash("bridgehead group move Exchange --to NODE")).toEqual(["NODE1", "NODE2"]);
    expect(await bash("bridgehead resource fail Exchange\\ M")).toEqual(["Exchange\\ MTA"]);
    expect(await bash('bridgehead resource fail "Disk')).toEqual(["Disk E:"]);
    expect(await bash("bridgehead cluster show --cluster ")).toEqual(["exchange"]);
  });

  test("CL19 files are bash's own, and a control plane that is not there is silence", { timeout: 60_000 }, async () => {
    expect(await bash("bridgehead cluster apply -f ")).toEqual([]);
    expect(await bash("bridgehead --url http://127.0.0.1:1 node pause ")).toEqual([]);
  });
});

describe.runIf(isThere("zsh"))("CL19 in zsh", () => {
  test("CL19 the script is one that zsh reads", { timeout: 60_000 }, async () => {
    writeFileSync(join(folder, "completion.zsh"), completionScript("zsh"));
    await shell("zsh", ["-n", "completion.zsh"]);
    // Outside of its line editor zsh cannot complete: the builtins that it would complete with say what they were given.
    const script = `source completion.zsh
      compadd() { shift 3; [[ $1 == -a ]] && shift; print -l -- \${(P)1} }
      words=(bridgehead node pause N) CURRENT=4
      _bridgehead
      words=(bridgehead resource fail 'Exchange\\ M') CURRENT=4
      _bridgehead`;
    expect((await shell("zsh", ["-f", "-c", script])).trim().split("\n")).toEqual(["NODE1", "NODE2", "Exchange MTA"]);
  });
});

describe.runIf(isThere("fish"))("CL19 in fish", () => {
  test("CL19 the script is one that fish reads, and offers names", { timeout: 60_000 }, async () => {
    writeFileSync(join(folder, "completion.fish"), completionScript("fish"));
    await shell("fish", ["--no-execute", "completion.fish"]);
    const complete = async (line: string): Promise<string[]> => {
      const script = `source completion.fish; complete -C ${JSON.stringify(line)}`;
      return (await shell("fish", ["--no-config", "-c", script])).trim().split("\n");
    };
    expect(await complete("bridgehead node pause N")).toEqual(["NODE1", "NODE2"]);
    expect(await complete("bridgehead node con")).toEqual([expect.stringMatching(/^confirm-down\t/)]);
    expect(await complete("bridgehead resource fail Exchange\\ M")).toEqual(["Exchange MTA"]);
  });
});
