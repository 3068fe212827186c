import { execOf, noMore, ownView, unit, type UnitFile, withoutEnd } from "./systemd-text.ts";

/** What the units of a node are made of. Paths are absolute. */
export type UnitOptions = {
  /** The user that both run as; who asks at the agent's socket is put into the group of that name. */
  readonly user: string;
  /** The command, as it is to be run: a program and its first arguments. */
  readonly command: readonly string[];
  readonly config: string;
  /** Whether the agent mounts disks, for the whole host to see. */
  readonly disks: boolean;
};

/** Where systemd keeps them for the two of a node, as `StateDirectory` and `RuntimeDirectory` name it. */
export const stateFolder = "/var/lib/bridgehead";
export const runtimeFolder = "/run/bridgehead";
export const agentUnitName = "bridgehead-agent.service";
/** Where nobody but the two can reach it: whoever speaks to a guard is obeyed. */
export const guardSocket = `${stateFolder}/guard.sock`;

/**
 * The services of one node. The guard is a service of its own, and not a child of the agent: when an agent dies systemd ends whatever
 * is left of its service, and the guard is what has to be left then (LEASE rule 16). Neither is root: an address, a filter and a probe
 * need CAP_NET_ADMIN and CAP_NET_RAW; the agent's MTAs a port below 1024, and so CAP_NET_BIND_SERVICE.
 */
export function unitFiles(options: UnitOptions): UnitFile[] {
  return [
    { name: "bridgehead-guard.service", text: guardUnit(options) },
    { name: agentUnitName, text: agentUnit(options) },
  ];
}

function guardUnit({ user, command }: UnitOptions): string {
  return unit({
    Unit: [
      "Description=Bridgehead: takes addresses away when the agent cannot",
      "Before=bridgehead-agent.service",
      ...withoutEnd,
    ],
    Service: [
      `ExecStart=${execOf([...command, "guard", "--socket", guardSocket, "--log", "json"])}`,
      "Restart=always",
      "RestartSec=1",
      // A host that is short of memory must not end the guard before what it guards.
      "OOMScoreAdjust=-900",
      "Nice=-10",
      ...hardening(user, capabilitiesOfGuard),
      ...ownView,
      // It starts what it fences with, and nothing of anybody's.
      "PrivateDevices=yes",
      "RestrictRealtime=yes",
    ],
    Install: ["WantedBy=multi-user.target"],
  });
}

function agentUnit({ user, command, config, disks }: UnitOptions): string {
  return unit({
    Unit: [
      "Description=Bridgehead: the agent of this node",
      "Wants=network-online.target bridgehead-guard.service",
      "After=network-online.target bridgehead-guard.service",
      ...withoutEnd,
    ],
    Service: [
      `ExecStart=${execOf([...command, "agent", "--config", config])}`,
      "Restart=always",
      "RestartSec=1",
      // It takes everything offline in good order and releases it: longer than PendingTimeout, three minutes unless it is set, and the
      // longest DrainTimeout.
      "KillMode=mixed",
      "TimeoutStopSec=900",
      "OOMScoreAdjust=-800",
      "Nice=-10",
      // Mailers of the group may go in, and ask.
      "RuntimeDirectory=bridgehead",
      "RuntimeDirectoryMode=0750",
      ...(disks
        ? [...inherited, ...hardening(user, capabilitiesForDisks)]
        : [...hardening(user, capabilities), ...ownView]),
    ],
    Install: ["WantedBy=multi-user.target"],
  });
}

const capabilitiesOfGuard = ["CAP_NET_ADMIN", "CAP_NET_RAW"];
const capabilities = [...capabilitiesOfGuard, "CAP_NET_BIND_SERVICE"];

/**
 * To mount, and to send a disk commands of SCSI; to open a device, and a folder of another user's; to see who keeps a file system busy,
 * and to end it. That is as good as root, and every program that a resource starts inherits it.
 */
export const capabilitiesForDisks: readonly string[] = [
  ...capabilities,
  "CAP_SYS_ADMIN",
  "CAP_SYS_RAWIO",
  "CAP_DAC_OVERRIDE",
  "CAP_SYS_PTRACE",
  "CAP_KILL",
];

/** For who reads the unit. */
const inherited = [
  "# To mount disks, which is as good as root: every program, script and agent that a resource of this node starts",
  "# inherits these capabilities.",
];

function hardening(user: string, held: readonly string[]): string[] {
  return [
    `User=${user}`,
    `Group=${user}`,
    "StateDirectory=bridgehead",
    "StateDirectoryMode=0700",
    "UMask=0007",
    `AmbientCapabilities=${held.join(" ")}`,
    `CapabilityBoundingSet=${held.join(" ")}`,
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET",
    ...noMore,
  ];
}
