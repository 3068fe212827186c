import { execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { until } from "../support/until.ts";

const run = promisify(execFile);

/** A systemd of its own, as the first process of namespaces of its own, with these units and no others. */
export type TestSystemd = {
  /** Runs a command beside it, in the folder of this project. */
  readonly beside: (command: string, ...args: readonly string[]) => Promise<string>;
  readonly close: () => Promise<void>;
};

/** What it could change of this host is hidden: it has folders of its own where it looks and where it writes. */
const hidden = [
  "/run",
  "/tmp",
  "/var/log",
  "/etc/systemd/system",
  "/usr/lib/systemd/system",
  "/usr/lib/systemd/system-generators",
];
const cgroup = "bridgehead-test";

const outer = `set -e
mount --make-rprivate /
mount -t cgroup2 none /sys/fs/cgroup
mkdir -p /sys/fs/cgroup/${cgroup}
echo $$ > /sys/fs/cgroup/${cgroup}/cgroup.procs
exec unshare --cgroup --pid --fork --kill-child --ipc --uts --mount-proc bash -c "$1"`;

/** What ran in it is killed with its first process, and gone a moment later: a group goes when it is empty (cgroups(7)). */
const sweep = `mount --make-rprivate / && mount -t cgroup2 none /sys/fs/cgroup
cd /sys/fs/cgroup
[ ! -e ${cgroup}/cgroup.kill ] || echo 1 > ${cgroup}/cgroup.kill
for turn in $(seq 100); do
  find ${cgroup} -depth -type d -exec rmdir {} + 2>/dev/null && exit 0
  sleep 0.1
done
find ${cgroup} -depth -type d -exec rmdir {} +`;

function inner(units: Readonly<Record<string, string>>): string {
  const files = Object.entries({ "nothing.target": "[Unit]", ...units }).map(([name, text]) => {
    const all = text.replace("[Unit]", "[Unit]\nDefaultDependencies=no");
    return `cat > /run/systemd/system/${name} <<'END'\n${all}\nEND`;
  });
  return `set -e
umount /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
for folder in ${hidden.join(" ")}; do mount -t tmpfs tmpfs "$folder"; done
mkdir -p /run/systemd/system
${files.join("\n")}
exec env --ignore-environment PATH="$PATH" container=${cgroup} \
  /lib/systemd/systemd --unit=nothing.target --log-target=console --log-level=warning --show-status=false`;
}

export async function openSystemd(units: Readonly<Record<string, string>>): Promise<TestSystemd> {
  const child = spawn("unshare", ["--mount", "bash", "-c", outer, "bash", inner(units)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
  const first = (): string => {
    const pid = child.pid ?? 0;
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  };
  const beside = async (command: string, ...args: readonly string[]): Promise<string> => {
    const where = ["--target", first(), "--mount", "--pid", "--cgroup", "--ipc", "--uts"];
    const { stdout } = await run("nsenter", [...where, `--wd=${process.cwd()}`, command, ...args], { timeout: 60_000 });
    return stdout;
  };
  const isUp = async (): Promise<boolean> =>
    beside("systemctl", "is-active", "nothing.target").then(
      (said) => said.trim() === "active",
      () => false,
    );
  await until(isUp, 20_000, "systemd");
  return {
    beside,
    close: async () => {
      child.kill("SIGKILL");
      await ended;
      await run("unshare", ["--mount", "bash", "-c", sweep]);
    },
  };
}
