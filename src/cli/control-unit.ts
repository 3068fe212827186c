import { execOf, noMore, ownView, unit, type UnitFile, withoutEnd } from "./systemd-text.ts";

/** What the control plane's unit is made of. Paths are absolute. */
export type ControlUnitOptions = {
  readonly user: string;
  /** The command, as it is to be run: a program and its first arguments. */
  readonly command: readonly string[];
  /** `host:port`. */
  readonly listen: string;
  readonly isPrivilegedPort: boolean;
  readonly tls: { readonly certificateFile: string; readonly keyFile: string } | null;
  readonly insecure: boolean;
  readonly webhookNetworks: readonly string[];
};

/** Where systemd keeps its data, as `StateDirectory` names it. */
export const controlStateFolder = "/var/lib/bridgehead-control";
export const controlUnitName = "bridgehead-control.service";

/**
 * The service of a control plane that runs by itself. It is not root, and holds no capability but the one of a port below 1024. V8
 * writes what it runs, so memory may be both (no MemoryDenyWriteExecute).
 */
export function controlUnit(options: ControlUnitOptions): UnitFile {
  const { user, command, listen, tls, insecure, webhookNetworks, isPrivilegedPort } = options;
  const capability = isPrivilegedPort ? "CAP_NET_BIND_SERVICE" : "";
  const words = [
    ...command,
    "serve",
    "--listen",
    listen,
    "--data",
    controlStateFolder,
    ...(insecure ? ["--insecure"] : []),
    ...webhookNetworks.flatMap((network) => ["--webhook-network", network]),
  ];
  const text = unit({
    Unit: [
      "Description=Bridgehead: the control plane",
      "Wants=network-online.target",
      "After=network-online.target",
      ...withoutEnd,
    ],
    Service: [
      `ExecStart=${execOf(words)}${tls === null ? "" : ` ${withCredentials}`}`,
      "Restart=always",
      "RestartSec=1",
      // It ends workerd itself, which needs a second at most; what is left after that is killed.
      "KillMode=mixed",
      "TimeoutStopSec=10",
      // Every lease of every cluster hangs on it.
      "OOMScoreAdjust=-900",
      "Nice=-10",
      // systemd reads them as root at each start, and shows them to this service alone: the key stays root's.
      ...(tls === null
        ? []
        : [`LoadCredential=cert.pem:${tls.certificateFile}`, `LoadCredential=key.pem:${tls.keyFile}`]),
      `User=${user}`,
      `Group=${user}`,
      "StateDirectory=bridgehead-control",
      "StateDirectoryMode=0700",
      "UMask=0077",
      `AmbientCapabilities=${capability}`,
      `CapabilityBoundingSet=${capability}`,
      // Names of webhooks are looked up through netlink and unix sockets.
      "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
      ...noMore,
      ...ownView,
      "PrivateDevices=yes",
      "RestrictRealtime=yes",
    ],
    Install: ["WantedBy=multi-user.target"],
  });
  return { name: controlUnitName, text };
}

/** systemd puts the folder's name in (systemd.exec(5), CREDENTIALS). */
const withCredentials = "--tls-cert ${CREDENTIALS_DIRECTORY}/cert.pem --tls-key ${CREDENTIALS_DIRECTORY}/key.pem";
