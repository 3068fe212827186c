import { afterAll, beforeAll, expect, test } from "vitest";
import { openSystemd, type TestSystemd } from "./systemd.ts";

let systemd: TestSystemd | null = null;
beforeAll(async () => {
  systemd = await openSystemd({
    "mail.service":
      "[Unit]\n[Service]\nExecStart=/bin/sh -c 'env > /run/mail.env; exec sleep 1000'\nExecStop=/bin/touch /run/stopped",
    "broken.service": "[Unit]\n[Service]\nExecStart=/bin/sh -c 'exit 3'\nType=oneshot",
    "eager.service": "[Unit]\n[Service]\nExecStart=/bin/sleep 1000\n[Install]\nWantedBy=nothing.target",
    "slow.service":
      "[Unit]\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sleep 1000\nTimeoutStartSec=0",
  });
}, 60_000);
afterAll(() => systemd?.close());

/** Runs `text` where systemd is, with a driver for each unit by `driverOf(service)`; what it calls `tell` with comes back. */
async function beside(text: string): Promise<unknown[]> {
  const program = `
    import { genericService } from "./src/agent/drivers/generic-service.ts";
    import { contextIn } from "./test/agent/driver-context.ts";
    import { assigned } from "./test/agent/assigned.ts";
    import { until } from "./test/support/until.ts";
    import { execFileSync } from "node:child_process";
    import { existsSync, readFileSync } from "node:fs";
    const told = [];
    const tell = (what) => void told.push(what);
    const said = (error) => tell(error.code + ": " + error.message);
    const ctl = (...args) => execFileSync("systemctl", args).toString().trim();
    const driverOf = (ServiceName, more = {}) => {
      const spec = assigned("Generic Service", { ServiceName, UseNetworkName: 1 });
      const { context } = contextIn("/run", spec);
      return genericService({ ...context, log: (code) => tell(code), ...more });
    };
    ${text}
    console.log(JSON.stringify(told));`;
  const output = await systemd?.beside(process.execPath, "--input-type=module", "--eval", program);
  return JSON.parse(output?.trim().split("\n").at(-1) ?? "[]") as unknown[];
}

test(
  "DR15 a service is started, told whom it runs for, watched, and stopped by systemd",
  { timeout: 60_000 },
  async () => {
    const told = await beside(`
    const driver = driverOf("mail");
    await driver.online(0);
    tell(await driver.looksAlive());
    tell(await driver.isAlive());
    tell(["BRIDGEHEAD_EPOCH=7", "BRIDGEHEAD_NETWORK_NAME=MAILVS", "HOSTNAME=MAILVS"].every((line) =>
      readFileSync("/run/mail.env", "utf8").split("\\n").includes(line)));
    await driver.offline();
    tell(existsSync("/run/stopped"));
    tell(await driver.looksAlive());
    tell(existsSync("/run/systemd/system/mail.service.d/50-bridgehead.conf"));`);
    expect(told).toEqual([true, { ok: true }, true, true, false, false]);
  },
);

test(
  "DR15 one that dies, does not start, or is not there says what systemd says of it",
  { timeout: 60_000 },
  async () => {
    const told = await beside(`
    const driver = driverOf("mail.service");
    await driver.online(0);
    ctl("kill", "--signal=SIGKILL", "mail");
    await until(() => ctl("show", "--property=ActiveState", "mail") !== "ActiveState=active", 10_000);
    tell((await driver.isAlive()).reason);
    await driver.terminate();
    await driverOf("broken").online(0).catch(said);
    const missing = driverOf("missing");
    await missing.online(0).catch(said);
    await missing.terminate();
    await driverOf("missing", { isLeft: true }).terminate();
    tell("gone");`);
    expect(told[0]).toContain(
      "mail.service is not active: LoadState=loaded ActiveState=failed SubState=failed Result=signal",
    );
    expect(told[1]).toMatch(/^service-failed: start of broken.service: .*\(.*ActiveState=failed .*ExecMainStatus=3\)$/);
    expect(told[2]).toMatch(/^service-failed: start of missing.service: .*\(LoadState=not-found /);
    expect(told[3], "a unit that is not there is over").toBe("gone");
  },
);

test(
  "DR15 terminating ends what is being started; what systemd starts by itself is told",
  { timeout: 60_000 },
  async () => {
    const told = await beside(`
    const slow = driverOf("slow");
    const online = slow.online(0).catch((error) => tell(error.code));
    await until(() => ctl("show", "--property=ActiveState", "slow") === "ActiveState=activating", 10_000);
    await slow.terminate();
    await online;
    tell(ctl("show", "--property=ActiveState", "slow"));
    const called = driverOf("slow");
    const off = called.online(0).catch((error) => tell(error.code));
    await called.terminate();
    await off;
    tell(ctl("show", "--property=ActiveState", "slow"));
    await driverOf("../../etc/passwd").online(0).catch((error) => tell(error.code));
    ctl("enable", "--runtime", "eager");
    const eager = driverOf("eager");
    await eager.online(0);
    await eager.offline();
    const left = driverOf("mail", { isLeft: true });
    ctl("start", "mail");
    await left.terminate();
    tell(ctl("show", "--property=ActiveState", "mail"));`);
    const over = ["ActiveState=inactive", "ActiveState=failed"];
    expect(told[0]).toBe("called-off");
    expect(over).toContain(told[1]);
    expect(told[2]).toBe("called-off");
    expect(over).toContain(told[3]);
    expect(told[4]).toBe("service-not-valid");
    expect(told[5]).toBe("service-enabled");
    expect(over).toContain(told[6]);
  },
);
