import { lookup } from "../../cluster/definition/definition.ts";
import { isAliveEveryMs, looksAliveEveryMs, pendingTimeoutMs } from "../../cluster/policies/resource-timing.ts";
import { dwordOf, textsOf } from "../../cluster/properties/properties.ts";
import { privateRules } from "../../cluster/properties/property-tables.ts";
import { failSlowly } from "../delays.ts";
import { type Call, callsOf } from "./calls.ts";
import { DriverError, type DriverFactory } from "./driver.ts";
import {
  fileOf,
  isRunning,
  isStopped,
  type OcfAction,
  ocfRoot,
  outcomeOf,
  partsOf,
  refusesParameters,
} from "./ocf/words.ts";

type Asked = { readonly code: number | null; readonly why: string };

/**
 * OCF Agent: a resource agent of Pacemaker's (OCF Resource Agent API 1.1). Its parameters are told as OCF_RESKEY_…; it is online when
 * `start` succeeded and `monitor` says that it runs, and offline when `stop` succeeded and `monitor` says that it does not. Whatever
 * it has started is its own: so a guard never calls such a group released.
 */
export const ocfAgent: DriverFactory = (context) => {
  const { spec, name, hold } = context;
  const rules = privateRules("OCF Agent") ?? {};
  const agent = String(lookup(spec.properties, "Agent"));
  const { provider, type } = partsOf(agent);
  const calls = callsOf(context, fileOf(agent), "/");
  /** What was only asked whether it could be has done nothing. */
  let hasBegun = context.isLeft;
  const constant = {
    OCF_ROOT: ocfRoot(),
    OCF_RA_VERSION_MAJOR: "1",
    OCF_RA_VERSION_MINOR: "1",
    OCF_RESOURCE_INSTANCE: instanceOf(hold.group, name),
    OCF_RESOURCE_PROVIDER: provider,
    OCF_RESOURCE_TYPE: type,
    OCF_RESKEY_CRM_meta_timeout: String(pendingTimeoutMs(spec)),
    ...Object.fromEntries(textsOf(spec.properties, rules, "Parameters").map(asEnvironment)),
  };

  /** @param intervalMs how often it is asked; 0 asks what is, and expects nothing (ocf_is_probe) */
  async function ask(call: Call, action: OcfAction, intervalMs = 0, checkLevel = 0): Promise<Asked> {
    const { code, sentence } = await call([action], {
      ...constant,
      OCF_CHECK_LEVEL: String(checkLevel),
      OCF_RESKEY_CRM_meta_interval: String(intervalMs),
    });
    return { code, why: `${action}: ${outcomeOf(code, sentence)}` };
  }

  async function stop(): Promise<void> {
    const call = calls.sequence();
    const stopped = await ask(call, "stop");
    if (stopped.code !== 0 && !isStopped(stopped.code)) throw new DriverError("ocf-agent-failed", stopped.why);
    const { code, why } = await ask(call, "monitor");
    if (!isStopped(code)) throw new DriverError("ocf-agent-failed", `it is not stopped, though it says so: ${why}`);
  }

  return {
    online: async () => {
      const call = calls.sequence();
      const valid = await ask(call, "validate-all");
      if (refusesParameters(valid.code)) throw new DriverError("ocf-agent-refused", valid.why);
      hasBegun = true;
      const started = await ask(call, "start");
      if (started.code !== 0) throw new DriverError("ocf-agent-failed", started.why);
      const { code, why } = await ask(call, "monitor", looksAliveEveryMs(spec));
      if (!isRunning(code)) throw new DriverError("ocf-agent-failed", `it does not run, though it was started: ${why}`);
    },
    offline: stop,
    terminate: async () => {
      await calls.end();
      if (hasBegun) await failSlowly(stop);
    },
    looksAlive: async () => isRunning((await ask(calls.sequence(), "monitor", looksAliveEveryMs(spec))).code),
    isAlive: async () => {
      const level = dwordOf(spec.properties, rules, "CheckLevel");
      const { code, why } = await ask(calls.sequence(), "monitor", isAliveEveryMs(spec), level);
      return isRunning(code) ? { ok: true } : { ok: false, reason: why };
    },
    extend: () => {},
  };
};

/** Agents put it into names of files, and not always in quotes: a name of Pacemaker's has no blanks, and is the whole cluster's. */
function instanceOf(group: string, name: string): string {
  return `${group}-${name}`.replaceAll(/[^\w.-]/g, "_");
}

/** `name=value`, as an agent looks for it. */
function asEnvironment(parameter: string): [string, string] {
  const at = parameter.indexOf("=");
  return [`OCF_RESKEY_${parameter.slice(0, at)}`, parameter.slice(at + 1)];
}
