import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { lookup } from "../../cluster/definition/definition.ts";
import { messageOf } from "../../mta/message-of.ts";
import { failSlowly } from "../delays.ts";
import { DriverError, type DriverContext, type DriverFactory } from "./driver.ts";
import { ownVariables } from "./environment.ts";
import { type Systemctl, systemctl } from "./systemctl.ts";

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
  /** Settles when nobody asks for the start any more. */
  let starting: Promise<unknown> = Promise.resolve();

  const ask = (signal: AbortSignal, ...args: readonly string[]): Promise<Systemctl> =>
    systemctl([...args, "--", unit], signal);

  async function condition(signal: AbortSignal): Promise<Condition> {
    const { isDone, stdout, said } = await ask(signal, "show", `--property=${shown.join(",")}`);
    if (!isDone) throw new DriverError("service-failed", `what ${unit} does is not known: ${said}`);
    return conditionOf(stdout);
  }

  async function stop(signal: AbortSignal): Promise<void> {
    // A unit that is not there cannot be stopped, and is over.
    const { isDone, said } = await ask(signal, "stop");
    const { isOver, told } = await condition(signal);
    if (!isOver)
      throw new DriverError("service-failed", `${unit} is not stopped: ${isDone ? told : `${said} (${told})`}`);
    rmSync(dropIn, { force: true });
  }

  /** systemd would start it with the host, also where this node does not own its group. */
  async function warnOfEnabled(signal: AbortSignal): Promise<void> {
    const { stdout } = await ask(signal, "is-enabled");
    if (stdout.startsWith("enabled")) {
      context.log("service-enabled", `systemd starts ${unit} by itself as well: systemctl disable ${unit}`);
    }
  }

  return {
    online: async () => {
      if (!unitPattern.test(unit)) throw new DriverError("service-not-valid", `${unit} is no name of a unit`);
      if (!existsSync(runtimeUnits)) {
        throw new DriverError("no-systemd", `systemd does not run this host: there is no ${runtimeUnits}`);
      }
      // What is called off goes no further than the step that is under way.
      const { signal } = asking;
      if (unit.endsWith(".service")) tell(dropIn, context);
      await systemctl(["daemon-reload"], signal);
      if (!signal.aborted) hasBegun = true;
      const start = ask(signal, "start");
      starting = start;
      const { isDone, said } = await start;
      if (signal.aborted) throw new DriverError("called-off", `the start of ${unit} was called off`);
      const { isActive, told } = await condition(signal);
      if (!isDone) throw new DriverError("service-failed", `start of ${unit}: ${said} (${told})`);
      if (!isActive) throw new DriverError("service-failed", `${unit} is not active, though it was started: ${told}`);
      await warnOfEnabled(signal);
    },
    offline: () => stop(asking.signal),
    terminate: async () => {
      asking.abort();
      asking = new AbortController();
      if (!hasBegun) return;
      // A start that systemd hears of after it has heard of the stop would be done.
      await starting.catch(() => {});
      await failSlowly(async () => {
        await ask(asking.signal, "kill", "--signal=SIGKILL");
        await stop(asking.signal);
      });
    },
    looksAlive: async () => (await condition(asking.signal)).isActive,
    isAlive: async () => {
      const { isActive, told } = await condition(asking.signal);
      return isActive ? { ok: true } : { ok: false, reason: `${unit} is not active: ${told}` };
    },
    extend: () => {},
  };
};

/** systemd.unit(5): the valid characters of a unit's name. */
const unitPattern = /^[A-Za-z0-9:_.@\\-]{1,255}$/;

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
