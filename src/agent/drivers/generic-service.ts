import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { lookup } from "../../cluster/definition/definition.ts";
import { messageOf } from "../../mta/message-of.ts";
import { DriverError, type DriverContext, type DriverFactory } from "./driver.ts";
import { ownVariables } from "./environment.ts";
import { type Systemctl, systemctl } from "./systemctl.ts";

const againMs = 1_000;
/** Where systemd is when it runs this host (sd_booted(3)), and where units are that are gone with the next start of the host. */
const runtimeUnits = "/run/systemd/system";

/**
 * Generic Service: a unit of systemd, when that runs this host. It is online when systemd calls it active, and offline when it does
 * not. Its processes are systemd's: so a guard never calls such a group released.
 */
export const genericService: DriverFactory = (context) => {
  const unit = unitOf(String(lookup(context.spec.properties, "ServiceName")));
  const dropIn = `${runtimeUnits}/${unit}.d/50-bridgehead.conf`;
  let asking = new AbortController();
  let hasBegun = context.isLeft;

  const ask = (...args: readonly string[]): Promise<Systemctl> => systemctl([...args, "--", unit], asking.signal);

  async function carryOut(verb: "start" | "stop"): Promise<void> {
    const { isDone, said } = await ask(verb);
    if (isDone) return;
    const { told } = await condition();
    throw new DriverError("service-failed", `${verb} of ${unit}: ${said} (${told})`);
  }

  async function condition(): Promise<Condition> {
    const { isDone, stdout, said } = await ask("show", `--property=${shown.join(",")}`);
    if (!isDone) throw new DriverError("service-failed", `what ${unit} does is not known: ${said}`);
    return conditionOf(stdout);
  }

  async function stop(): Promise<void> {
    await carryOut("stop");
    const { isOver, told } = await condition();
    if (!isOver) throw new DriverError("service-failed", `${unit} is not stopped, though systemd says so: ${told}`);
    rmSync(dropIn, { force: true });
  }

  /** systemd would start it with the host, also where this node does not own its group. */
  async function warnOfEnabled(): Promise<void> {
    const { stdout } = await ask("is-enabled");
    if (stdout.startsWith("enabled"))
      context.log("service-enabled", `systemd starts ${unit} by itself as well: systemctl disable ${unit}`);
  }

  return {
    online: async () => {
      if (!existsSync(runtimeUnits)) {
        throw new DriverError("no-systemd", `systemd does not run this host: there is no ${runtimeUnits}`);
      }
      if (unit.endsWith(".service")) tell(dropIn, context);
      await systemctl(["daemon-reload"], asking.signal);
      hasBegun = true;
      await carryOut("start");
      const { isActive, told } = await condition();
      if (!isActive) throw new DriverError("service-failed", `${unit} is not active, though it was started: ${told}`);
      await warnOfEnabled();
    },
    offline: stop,
    terminate: async () => {
      asking.abort();
      asking = new AbortController();
      if (!hasBegun) return;
      try {
        await ask("kill", "--signal=SIGKILL");
        await stop();
      } catch (error) {
        // It is called again until it succeeds: not so soon that the host has nothing else to do.
        await delay(againMs);
        throw error;
      }
    },
    looksAlive: async () => (await condition()).isActive,
    isAlive: async () => {
      const { isActive, told } = await condition();
      return isActive ? { ok: true } : { ok: false, reason: `${unit} is not active: ${told}` };
    },
    extend: () => {},
  };
};

function unitOf(service: string): string {
  return /\.(service|target|mount|socket|timer|path)$/.test(service) ? service : `${service}.service`;
}

const shown = ["LoadState", "ActiveState", "SubState", "Result", "ExecMainStatus"];

/** `told`: all of what was asked for, for people. A unit that is not there is over. */
type Condition = { readonly isActive: boolean; readonly isOver: boolean; readonly told: string };

function conditionOf(printed: string): Condition {
  const values = new Map(printed.split("\n").map((line) => [line.replace(/=.*/, ""), line.replace(/^[^=]*=/, "")]));
  const state = values.get("ActiveState") ?? "";
  return {
    isActive: ["active", "reloading"].includes(state),
    isOver: ["inactive", "failed"].includes(state),
    told: shown.map((name) => `${name}=${values.get(name) ?? ""}`).join(" "),
  };
}

/** What every program of a resource is told, as systemd tells it to a unit. */
function tell(dropIn: string, context: DriverContext): void {
  const lines = Object.entries(ownVariables(context)).map(
    ([name, value]) => `Environment=${quoted(`${name}=${value}`)}`,
  );
  try {
    mkdirSync(dirname(dropIn), { recursive: true });
    writeFileSync(dropIn, `[Service]\n${lines.join("\n")}\n`);
  } catch (error) {
    context.log("service-not-told", `its unit is not told whom it runs for: ${messageOf(error)}`);
  }
}

/** systemd.syntax(7): a quoted word knows escapes of C, and `%` begins a specifier. */
function quoted(word: string): string {
  return `"${word
    .replaceAll("\\", "\\\\")
    .replaceAll('"', String.raw`\"`)
    .replaceAll("%", "%%")}"`;
}
